// Commits of files, and the return to the last one. Warm.
#include "connectors/file/file_output.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "connectors/file/line_reader.h"
#include "engine/base/check.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr std::string_view kFileNames[kOutputTopicCount] = {
    "alerts.ndjson",  "alerts.shadow.ndjson", "audit.ndjson",
    "journal.ndjson", "rules.ndjson",         "rejects.ndjson"};

absl::Status Stop(const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message);
}

bool IsJournal(size_t index) { return index == static_cast<size_t>(OutputTopic::kJournal); }

// The offset behind the last whole line, and that line without its end.
absl::StatusOr<int64_t> LastWholeLine(const OutputFile& journal, std::string* line) {
  ASSIGN_OR_RETURN(int64_t begin, journal.FileBytes());
  int64_t end = -1;  // behind the last line end
  std::string tail;
  while (begin > 0) {
    const int64_t from = std::max<int64_t>(0, begin - 65'536);
    ASSIGN_OR_RETURN(std::string piece, journal.Read(from, begin));
    tail.insert(0, piece);
    begin = from;
    if (end < 0) {
      const size_t last = tail.rfind('\n');
      if (last == std::string::npos) {
        tail.clear();  // of a line without end
        continue;
      }
      end = begin + static_cast<int64_t>(last) + 1;
      tail.resize(last);
    }
    const size_t before = tail.rfind('\n');
    if (before != std::string::npos) {
      *line = tail.substr(before + 1);
      return end;
    }
  }
  *line = std::move(tail);
  return std::max<int64_t>(end, 0);
}

}  // namespace

std::string_view OutputFileName(OutputTopic topic) {
  return kFileNames[static_cast<size_t>(topic)];
}

FileOutput::FileOutput(FileOutputOptions options) : options_(std::move(options)) {}

FileOutput::~FileOutput() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

absl::Status FileOutput::Open() {
  RETURN_IF_ERROR(Lock());
  RETURN_IF_ERROR(OpenFiles());
  return CutToLastCommit();
}

absl::Status FileOutput::Lock() {
  if (lock_fd_ >= 0) return absl::OkStatus();
  std::error_code error;
  const std::filesystem::path folder(options_.folder);
  if (std::filesystem::create_directories(folder, error) && options_.sync) {
    const std::filesystem::path parent = std::filesystem::absolute(folder).parent_path();
    RETURN_IF_ERROR(SyncFolder(parent.string()));
  }
  if (error) return SystemError("cannot create the folder " + options_.folder, error.value());
  const std::string path = options_.folder + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return SystemError("cannot open " + path, errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int lock_error = errno;
    close(fd);
    if (lock_error != EWOULDBLOCK) return SystemError("cannot lock " + path, lock_error);
    return MakeError(absl::StatusCode::kAborted,
                     "another instance writes to " + options_.folder +
                         " (it holds the lock on " + path + "); one folder, one instance");
  }
  lock_fd_ = fd;
  return absl::OkStatus();
}

absl::Status FileOutput::OpenFiles() {
  const std::filesystem::path folder(options_.folder);
  std::error_code ignored;
  const bool has_journal = std::filesystem::exists(folder / kFileNames[3], ignored);
  for (size_t i = 0; i < kOutputTopicCount && !has_journal; ++i) {
    const auto bytes = std::filesystem::file_size(folder / kFileNames[i], ignored);
    if (!ignored && bytes > 0) {
      return Stop((folder / kFileNames[i]).string() +
                  " has content but there is no journal beside it: it is not ours to cut. Choose "
                  "an empty folder, or put the journal back");
    }
  }
  // The journal first: its presence says that the others are ours.
  ASSIGN_OR_RETURN(files_[3], OutputFile::Open((folder / kFileNames[3]).string()));
  if (options_.sync && !has_journal) RETURN_IF_ERROR(SyncFolder(options_.folder));
  for (size_t i = 0; i < kOutputTopicCount; ++i) {
    if (IsJournal(i)) continue;
    ASSIGN_OR_RETURN(files_[i], OutputFile::Open((folder / kFileNames[i]).string()));
  }
  return options_.sync ? SyncFolder(options_.folder) : absl::OkStatus();
}

absl::Status FileOutput::CutToLastCommit() {
  std::string line;
  ASSIGN_OR_RETURN(const int64_t journal_bytes, LastWholeLine(File(OutputTopic::kJournal), &line));
  JournalRecord last;
  Digest hash;
  if (journal_bytes > 0) {
    auto parsed = ParseJournalRecord(line, &hash);
    if (!parsed.ok()) {
      return Stop("the last line of " + File(OutputTopic::kJournal).path() + " is unsound (" +
                  std::string(parsed.status().message()) +
                  "): it was edited or the disk lost data. Nothing was cut; `vigla verify audit` "
                  "says more");
    }
    last = *std::move(parsed);
  }
  // All lengths are looked at before anything is cut.
  std::array<int64_t, kOutputTopicCount> lengths{};
  lengths[3] = journal_bytes;
  for (const auto& [name, bytes] : last.file_lengths) {
    const auto found = std::find(std::begin(kFileNames), std::end(kFileNames), name);
    if (found == std::end(kFileNames)) {
      return Stop("the journal names an output file that this version does not know: " + name);
    }
    lengths[found - std::begin(kFileNames)] = bytes;
  }
  for (size_t i = 0; i < kOutputTopicCount; ++i) {
    ASSIGN_OR_RETURN(const int64_t have, files_[i]->FileBytes());
    if (have < lengths[i]) return files_[i]->CutTo(lengths[i]);  // says what is wrong
  }
  for (size_t i = 0; i < kOutputTopicCount; ++i) {
    RETURN_IF_ERROR(files_[i]->CutTo(lengths[i]));
  }
  // The outputs were synced before the line was written, but the line itself perhaps never was.
  if (options_.sync) RETURN_IF_ERROR(File(OutputTopic::kJournal).Sync());
  journal_hash_ = hash;
  last_epoch_ = last.epoch;
  return absl::OkStatus();
}

absl::StatusOr<CommitOutcome> FileOutput::Commit(const OutputEpoch& epoch) {
  CHECK(files_[0] != nullptr);  // Open comes first
  CHECK(epoch.journal.epoch == last_epoch_ + 1);
  CHECK(epoch.journal.previous == journal_hash_);
  Digest hash;
  absl::Status status = WriteOutputs(epoch);
  if (status.ok()) status = WriteJournal(epoch.journal, &hash);
  if (!status.ok()) {
    // The journal first: while its line stands, the outputs must stand too.
    const absl::Status reverted = File(OutputTopic::kJournal).Revert();
    if (!reverted.ok()) return CommitOutcome::kUnknown;
    if (options_.sync && !File(OutputTopic::kJournal).Sync().ok()) return CommitOutcome::kUnknown;
    for (size_t i = 0; i < kOutputTopicCount; ++i) {
      if (!IsJournal(i)) files_[i]->Revert().IgnoreError();  // Open would cut them anyway
    }
    return status;
  }
  for (const auto& file : files_) file->Commit();
  journal_hash_ = hash;
  last_epoch_ = epoch.journal.epoch;
  return CommitOutcome::kCommitted;
}

absl::Status FileOutput::WriteOutputs(const OutputEpoch& epoch) {
  for (std::vector<std::string_view>& lines : lines_) lines.clear();
  for (const OutputRecord& record : epoch.records) {
    CHECK(record.topic != OutputTopic::kJournal);
    CHECK(record.value.find('\n') == std::string::npos);  // one record, one line
    lines_[static_cast<size_t>(record.topic)].push_back(record.value);
  }
  for (size_t i = 0; i < kOutputTopicCount; ++i) {
    RETURN_IF_ERROR(files_[i]->AppendLines(lines_[i]));
  }
  for (size_t i = 0; i < kOutputTopicCount && options_.sync; ++i) {
    if (!lines_[i].empty()) RETURN_IF_ERROR(files_[i]->Sync());
  }
  return absl::OkStatus();
}

absl::Status FileOutput::WriteJournal(const JournalRecord& journal, Digest* hash) {
  JournalRecord record = journal;
  record.file_lengths.clear();
  for (size_t i = 0; i < kOutputTopicCount; ++i) {
    if (IsJournal(i)) continue;
    record.file_lengths.emplace_back(kFileNames[i], files_[i]->written_bytes());
  }
  const std::string text = RenderJournalRecord(record, hash);
  const std::string_view line = text;
  RETURN_IF_ERROR(File(OutputTopic::kJournal).AppendLines({&line, 1}));
  return options_.sync ? File(OutputTopic::kJournal).Sync() : absl::OkStatus();
}

std::string FileOutput::PathOf(OutputTopic topic) const {
  return (std::filesystem::path(options_.folder) / OutputFileName(topic)).string();
}

absl::StatusOr<int64_t> FileOutput::CommittedBytes(OutputTopic topic) const {
  const auto& own = files_[static_cast<size_t>(topic)];
  if (own != nullptr) return own->committed_bytes();
  ASSIGN_OR_RETURN(const auto journal, OutputFile::OpenToRead(PathOf(OutputTopic::kJournal)));
  std::string line;
  ASSIGN_OR_RETURN(const int64_t journal_bytes, LastWholeLine(*journal, &line));
  if (topic == OutputTopic::kJournal || journal_bytes == 0) return journal_bytes;
  Digest hash;
  ASSIGN_OR_RETURN(const JournalRecord last, ParseJournalRecord(line, &hash));
  for (const auto& [name, bytes] : last.file_lengths) {
    if (name == OutputFileName(topic)) return bytes;
  }
  return 0;
}

absl::Status FileOutput::ReadLog(
    OutputTopic topic, const OutputMark& mark,
    const std::function<absl::Status(std::string_view value, const OutputMark& after)>& visit) {
  ASSIGN_OR_RETURN(const int64_t committed, CommittedBytes(topic));
  const std::string path = PathOf(topic);
  int64_t begin = 0;
  const char* last = mark.text.data() + mark.text.size();
  const auto parsed = std::from_chars(mark.text.data(), last, begin);
  const bool is_number = mark.text.empty() || (parsed.ec == std::errc() && parsed.ptr == last);
  bool fits = is_number && begin >= 0 && begin <= committed;
  if (fits && begin > 0) {
    ASSIGN_OR_RETURN(const auto file, OutputFile::OpenToRead(path));
    ASSIGN_OR_RETURN(const std::string before, file->Read(begin - 1, begin));
    fits = before.ends_with('\n');
  }
  if (!fits) {
    return Stop("the state says that " + path + " was read up to byte " + mark.text +
                ", which is not the end of a committed line: state and outputs do not belong "
                "together");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<LineReader> reader, LineReader::Open(path));
  reader->Restart(begin, committed);
  while (true) {
    Line line;
    ASSIGN_OR_RETURN(const bool more, reader->Next(&line));
    if (!more) return absl::OkStatus();
    if (line.is_cut) return Stop(path + " has a line that no record can be");
    RETURN_IF_ERROR(visit(line.text, OutputMark{std::to_string(reader->position())}));
  }
}

absl::StatusOr<std::vector<InputPosition>> FileOutput::CommittedPositions() {
  return std::vector<InputPosition>();
}

OutputMark FileOutput::Mark(OutputTopic topic) {
  return {std::to_string(File(topic).committed_bytes())};
}

}  // namespace vigla
