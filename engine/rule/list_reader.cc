// Reads lists and checks each item. Cold.
#include "engine/rule/list_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/status.h"
#include "engine/model/decoder.h"
#include "engine/rule/constant.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/named_list.h"

namespace vigla {
namespace {

constexpr int kItemsMaxDefault = 200'000;
constexpr std::uintmax_t kFileBytesMax = 64 << 20;
constexpr int kBadItemsShown = 20;

struct Item {
  std::string text;
  SourcePosition at;
};

class ListReader {
 public:
  ListReader(const Pack& pack, const YamlEntry& entry, const KeyedHasher& hasher,
             std::vector<RuleFile>* files, Diagnostics* diagnostics)
      : pack_(pack),
        entry_(entry),
        hasher_(hasher),
        files_(files),
        diagnostics_(diagnostics) {}

  std::optional<NamedList> Read() {
    const std::optional<std::string> of = TextAt(entry_.value, "of");
    const std::optional<ValueType> type = of ? ParseValueType(*of) : std::nullopt;
    if (!type || !WordAt(entry_.value, PackNode::kList, "of")) return std::nullopt;
    list_.pack = pack_.name;
    list_.name = entry_.key;
    list_.of = *type;
    const YamlNode* items = entry_.value.Find("items");
    const YamlNode* file = entry_.value.Find("file");
    if ((items == nullptr) == (file == nullptr)) {
      Error(diagnostic::kBadList, pack_.document->At(entry_),
            "`" + entry_.key + "` needs either `items` or a `file`");
      return std::nullopt;
    }
    if (items != nullptr) {
      for (const YamlNode& item : items->items) {
        if (item.IsScalar()) items_.push_back({item.text, pack_.document->At(item)});
      }
    } else if (!file->IsScalar() || !ReadFile(*file)) {
      return std::nullopt;
    }
    if (const YamlNode* more = entry_.value.Find("add")) {
      for (const YamlNode& item : more->items) {
        if (item.IsScalar()) items_.push_back({item.text, pack_.document->At(item)});
      }
    }
    return Take();
  }

 private:
  void Error(const DiagnosticCode& code, SourcePosition at, std::string message,
             std::string advice = "") {
    diagnostics_->Error(code.code, std::move(at), std::move(message), std::move(advice));
  }

  // Beside the file that names it, or beside that file's folder.
  std::filesystem::path Locate(const YamlNode& node) const {
    const std::filesystem::path name(node.text);
    std::filesystem::path folder(pack_.folder);
    if (node.origin != nullptr) folder = std::filesystem::path(node.origin->file).parent_path();
    if (folder.empty()) folder = ".";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / name, ignored)) return folder / name;
    return std::filesystem::absolute(folder, ignored).lexically_normal().parent_path() / name;
  }

  bool ReadFile(const YamlNode& node) {
    const SourcePosition at = pack_.document->At(node);
    const std::filesystem::path name(node.text);
    const bool climbs = std::find(name.begin(), name.end(), "..") != name.end();
    if (name.is_absolute() || climbs || pack_.folder.empty()) {
      Error(diagnostic::kBadList, at, "a list's file lies beside its pack",
            "a relative path without .., such as lists/" + name.filename().string());
      return false;
    }
    std::error_code failed;
    const std::filesystem::path path = Locate(node);
    const std::uintmax_t bytes = std::filesystem::file_size(path, failed);
    std::ifstream file(path, std::ios::binary);
    if (failed || !file || bytes > kFileBytesMax) {
      Error(diagnostic::kUnreadable, at, "the list's file can't be read, or is over 64 MiB",
            "it is looked for in " + pack_.folder + " and the folder above");
      return false;
    }
    std::ostringstream content;
    content << file.rdbuf();
    files_->push_back({node.text, Sha256::Of(content.str()), path.string()});
    std::istringstream lines(content.str());
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      std::string item = Trimmed(line);
      if (!item.empty() && item[0] != '#') items_.push_back({std::move(item), {path, number, 1}});
    }
    return true;
  }

  // The form in which items of the type are compared. Empty after an error.
  std::optional<std::string> Normalised(const Item& item) {
    ConstantProblem problem;
    const auto constant = MakeConstant(list_.of, item.text, hasher_, &problem);
    if (constant != nullptr) {
      return list_.of == ValueType::kAccount ? constant->text_storage : item.text;
    }
    if (++bad_items_ <= kBadItemsShown) {
      Error(diagnostic::kBadItem, item.at, problem.message, problem.advice);
      diagnostics_->all().back().Mend(item.text, problem.mend);
      // Nobody else has the list's file at hand to show its line.
      if (item.at.file != pack_.document->file) diagnostics_->all().back().snippet = item.text;
    }
    return std::nullopt;
  }

  // What a tuning file takes out (tuning.h).
  void Remove() {
    const YamlNode* less = entry_.value.Find("remove");
    if (less == nullptr) return;
    for (const YamlNode& node : less->items) {
      const SourcePosition at = pack_.document->At(node);
      const auto item = Normalised({node.text, at});
      if (!item || list_.items.erase(*item) > 0) continue;
      diagnostics_->Warning(diagnostic::kNotInList.code, at,
                            "`" + entry_.key + "` does not have `" + node.text + "`",
                            "take it out of `remove`");
    }
  }

  std::optional<NamedList> Take() {
    const int most = IntegerAt(entry_.value, "max_items").value_or(kItemsMaxDefault);
    if (items_.size() > static_cast<size_t>(most)) {
      Error(diagnostic::kListTooLong, pack_.document->At(entry_),
            "`" + entry_.key + "` has " + std::to_string(items_.size()) + " items; at most " +
                std::to_string(most),
            "raise max_items if that is meant");
      return std::nullopt;
    }
    for (const Item& item : items_) {
      if (auto normalised = Normalised(item)) list_.items.insert(*std::move(normalised));
    }
    Remove();
    if (bad_items_ > 0) return std::nullopt;
    std::vector<std::string> sorted(list_.items.begin(), list_.items.end());
    std::sort(sorted.begin(), sorted.end());
    Sha256 digest;
    for (const std::string& item : sorted) digest.Update(item).Update("\n");
    list_.digest = digest.Finish();
    std::string bad;
    if (!SealList(&list_, hasher_, &bad)) {
      Error(diagnostic::kBadItem, pack_.document->At(entry_), "`" + bad + "` is no item");
      return std::nullopt;
    }
    return std::move(list_);
  }

  const Pack& pack_;
  const YamlEntry& entry_;
  const KeyedHasher& hasher_;
  std::vector<RuleFile>* files_;
  Diagnostics* diagnostics_;
  NamedList list_;
  std::vector<Item> items_;
  int bad_items_ = 0;
};

}  // namespace

std::optional<NamedList> ReadList(const Pack& pack, const YamlEntry& entry,
                                  const KeyedHasher& hasher, std::vector<RuleFile>* files,
                                  Diagnostics* diagnostics) {
  return ListReader(pack, entry, hasher, files, diagnostics).Read();
}

}  // namespace vigla
