// Polling, replaying and fingerprinting of files. Hot.
#include "connectors/file/file_source.h"

#include <algorithm>
#include <charconv>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

absl::Status Stop(std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message);
}

// The record in a line: without a CR before the line end; empty if nothing but blanks.
std::string_view RecordOf(std::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return {};
  return text;
}

template <typename T>
bool TakeNumber(std::string_view* text, T* value) {
  const auto end = std::from_chars(text->data(), text->data() + text->size(), *value);
  if (end.ec != std::errc() || end.ptr == text->data() + text->size() || *end.ptr != ' ') {
    return false;
  }
  text->remove_prefix(end.ptr + 1 - text->data());
  return *value >= 0;
}

}  // namespace

FileSource::FileSource(std::vector<std::string> paths) : paths_(std::move(paths)) {}

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Open(
    const std::vector<std::string>& paths) {
  if (paths.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "no input file is given");
  }
  std::unique_ptr<FileSource> source(new FileSource(paths));
  for (const std::string& path : paths) {
    File file;
    ASSIGN_OR_RETURN(file.live, LineReader::Open(path));
    ASSIGN_OR_RETURN(file.replay, LineReader::Open(path));
    const std::string name = BaseName(path);
    const bool has_control = std::any_of(name.begin(), name.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20;
    });
    if (has_control ||
        std::find(source->names_.begin(), source->names_.end(), name) != source->names_.end()) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       path + ": a file's base name is its topic, so it must be unique and free "
                              "of control characters");
    }
    source->names_.push_back(name);
    source->files_.push_back(std::move(file));
  }
  RETURN_IF_ERROR(source->Seek({}));
  return source;
}

absl::Status FileSource::Seek(const std::vector<InputPosition>& positions) {
  std::vector<int64_t> next_offsets(files_.size(), 0);
  for (const InputPosition& position : positions) {
    if (position.topic >= files_.size() || position.partition != 0) {
      return Stop("the input was partition " + std::to_string(position.partition) +
                  " of a topic that is no file of this configuration");
    }
    next_offsets[position.topic] = position.next_offset;
  }
  current_ = 0;
  for (size_t i = 0; i < files_.size(); ++i) RETURN_IF_ERROR(SeekFile(i, next_offsets[i]));
  return absl::OkStatus();
}

absl::Status FileSource::SeekFile(size_t index, int64_t next_offset) {
  File& file = files_[index];
  ASSIGN_OR_RETURN(const int64_t bytes, file.live->FileBytes());
  file.read = next_offset == file.verified.lines ? file.verified : Consumed();
  file.is_at_record = true;
  file.has_rest = false;
  file.live->Restart(file.read.bytes, bytes);
  std::string_view record;
  while (file.read.lines < next_offset) {
    ASSIGN_OR_RETURN(const bool more, Advance(&file, &record));
    if (!more) {
      return Stop(paths_[index] + " has " + std::to_string(file.read.lines) +
                  " lines, but " + std::to_string(next_offset) +
                  " were consumed earlier: it was cut or replaced");
    }
  }
  return FinishLine(&file);
}

absl::StatusOr<bool> FileSource::Advance(File* file, std::string_view* record) {
  RETURN_IF_ERROR(FinishLine(file));
  Line line;
  ASSIGN_OR_RETURN(const bool more, file->live->Next(&line));
  if (!more) return false;
  *record = RecordOf(line.text);
  // What a cut line holds beyond the cap counts: it is a record even if blank so far.
  if (line.is_cut && record->empty()) *record = line.text;
  if (record->empty() && file->is_at_record) file->at_record = file->read;
  file->is_at_record = !record->empty();
  file->read.digest.Update(line.raw);
  file->read.bytes += static_cast<int64_t>(line.raw.size());
  file->read.has_line_end = line.raw.size() > line.text.size();
  ++file->read.lines;
  file->has_rest = line.is_cut;
  return true;
}

absl::Status FileSource::FinishLine(File* file) {
  if (!file->has_rest) return absl::OkStatus();
  file->has_rest = false;
  return file->live->SkipRest([&](std::string_view piece) {
    if (piece.empty()) return;
    file->read.digest.Update(piece);
    file->read.bytes += static_cast<int64_t>(piece.size());
    file->read.has_line_end = piece.back() == '\n';
  });
}

absl::StatusOr<PollState> FileSource::Poll(size_t records_max, size_t bytes_max, int,
                                           RecordBatch* batch) {
  while (current_ < files_.size() && batch->records.size() < records_max &&
         batch->bytes < bytes_max) {
    File& file = files_[current_];
    std::string_view record;
    ASSIGN_OR_RETURN(const bool more, Advance(&file, &record));
    if (!more) {
      ++current_;
      continue;
    }
    if (record.empty()) continue;
    InputRecord& input = batch->records.emplace_back();
    input.position = {static_cast<uint16_t>(current_), 0, file.read.lines - 1};
    batch->CopyValue(record, &input);
    batch->bytes += record.size();
    RETURN_IF_ERROR(FinishLine(&file));
  }
  return batch->records.empty() ? PollState::kEnd : PollState::kRecords;
}

absl::Status FileSource::ReadRun(const JournalRun& run,
                                 const std::function<absl::Status(const InputRecord&)>& visit) {
  const size_t index = std::find(names_.begin(), names_.end(), run.topic) - names_.begin();
  if (index == files_.size() || run.partition != 0) {
    return Stop("the journal names the input file " + run.topic +
                ", which is not among the configured ones");
  }
  File& file = files_[index];
  LineReader& reader = *file.replay;
  if (file.replay_line == 0 || file.replay_line > run.first_offset) {
    ASSIGN_OR_RETURN(const int64_t bytes, reader.FileBytes());
    reader.Restart(0, bytes);
    file.replay_line = 0;
  }
  int64_t records = 0;
  bool has_both_ends = true;
  Line line;
  while (file.replay_line <= run.last_offset) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&line));
    if (!more) break;
    const int64_t offset = file.replay_line++;
    InputRecord input;
    input.position = {static_cast<uint16_t>(index), 0, offset};
    input.value = RecordOf(line.text);
    if (line.is_cut && input.value.empty()) input.value = line.text;
    const bool is_record = !input.value.empty();
    if (is_record && offset >= run.first_offset) {
      ++records;
      RETURN_IF_ERROR(visit(input));
    }
    if (line.is_cut) RETURN_IF_ERROR(reader.SkipRest([](std::string_view) {}));
    if (!is_record && (offset == run.first_offset || offset == run.last_offset)) {
      has_both_ends = false;
    }
  }
  if (has_both_ends && file.replay_line == run.last_offset + 1 && records == run.records) {
    return absl::OkStatus();
  }
  return Stop(paths_[index] + " no longer has the " + std::to_string(run.records) +
              " records of lines " + std::to_string(run.first_offset) + " to " +
              std::to_string(run.last_offset) + " that the journal names");
}

std::string FileSource::Fingerprint() {
  std::string text;
  for (size_t i = 0; i < files_.size(); ++i) {
    const Consumed& consumed =
        files_[i].is_at_record ? files_[i].read : files_[i].at_record;
    if (consumed.bytes == 0) continue;
    if (!text.empty()) text += '\n';
    text += std::to_string(consumed.bytes) + ' ' + std::to_string(consumed.lines) + ' ' +
            Sha256(consumed.digest).Finish().Hex() + ' ' + names_[i];
  }
  return text;
}

absl::Status FileSource::Verify(std::string_view fingerprint) {
  while (!fingerprint.empty()) {
    std::string_view line = fingerprint.substr(0, fingerprint.find('\n'));
    fingerprint.remove_prefix(std::min(fingerprint.size(), line.size() + 1));
    Consumed stored;
    Digest digest;
    if (!TakeNumber(&line, &stored.bytes) || !TakeNumber(&line, &stored.lines) ||
        line.size() < 66 || line[64] != ' ' || !ParseDigest(line.substr(0, 64), &digest)) {
      return Stop("the journal's source fingerprint is not one of input files; was the journal "
                  "written with another kind of input?");
    }
    const size_t index = std::find(names_.begin(), names_.end(), line.substr(65)) -
                         names_.begin();
    if (index == files_.size()) {
      return Stop("the input file " + std::string(line.substr(65)) +
                  " was read earlier but is not among the configured ones; add it, or start with "
                  "an empty state and output folder");
    }
    RETURN_IF_ERROR(VerifyFile(index, stored, digest));
  }
  return absl::OkStatus();
}

absl::Status FileSource::VerifyFile(size_t index, const Consumed& stored, const Digest& digest) {
  File& file = files_[index];
  ASSIGN_OR_RETURN(const int64_t bytes, file.live->FileBytes());
  if (bytes < stored.bytes) {
    return Stop(paths_[index] + " has " + std::to_string(bytes) + " bytes, but " +
                std::to_string(stored.bytes) + " were consumed earlier: it was cut or replaced");
  }
  file.live->Restart(0, stored.bytes);
  file.read = Consumed();
  file.has_rest = false;
  std::string_view record;
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(more, Advance(&file, &record));
  }
  if (Sha256(file.read.digest).Finish() != digest || file.read.lines != stored.lines) {
    return Stop("the first " + std::to_string(stored.bytes) + " bytes of " + paths_[index] +
                " were changed after they had been consumed. Input files may only grow; put the "
                "original back, or start with an empty state and output folder");
  }
  file.verified = file.read;
  if (!file.verified.has_line_end) return TakeLateLineEnd(index);
  return absl::OkStatus();
}

absl::Status FileSource::TakeLateLineEnd(size_t index) {
  File& file = files_[index];
  ASSIGN_OR_RETURN(const int64_t bytes, file.live->FileBytes());
  file.live->Restart(file.verified.bytes, bytes);
  Line line;
  ASSIGN_OR_RETURN(const bool more, file.live->Next(&line));
  if (!more || line.raw == "\r") return absl::OkStatus();  // its line end is still to come
  if (line.raw != "\n" && line.raw != "\r\n") {
    return Stop("line " + std::to_string(file.verified.lines) + " of " + paths_[index] +
                " had no line end when the file was read to its end, so it counted as a record; "
                "it has been continued since. Write whole lines, or start with an empty state "
                "and output folder");
  }
  file.verified.digest.Update(line.raw);
  file.verified.bytes += static_cast<int64_t>(line.raw.size());
  file.verified.has_line_end = true;
  return absl::OkStatus();
}

}  // namespace vigla
