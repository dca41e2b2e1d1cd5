// Connectors from settings; nobody else knows them. Cold.
#include "engine/app/instance_ports.h"

#include <filesystem>

#include "connectors/file/file_output.h"
#include "connectors/file/file_source.h"
#include "connectors/kafka/kafka_connection.h"
#include "engine/app/kafka_hooks.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

std::unique_ptr<Output> MakeFileOutput(const Settings& settings) {
  FileOutputOptions options;
  options.folder = settings.Text("output.dir");
  return std::make_unique<FileOutput>(options);
}

absl::StatusOr<InstancePorts> MakeFilePorts(const Settings& settings) {
  const std::vector<std::string>& paths = settings.List("input.path");
  if (paths.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "no input: name files with --input or input.path");
  }
  if (settings.Text("output.dir").empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "no output: name a folder with --output or output.dir");
  }
  InstancePorts ports;
  ASSIGN_OR_RETURN(ports.source, FileSource::Open(paths));
  ports.output = MakeFileOutput(settings);
  for (const std::string& path : paths) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error) ports.input_bytes += bytes;
  }
  return ports;
}

absl::StatusOr<InstancePorts> MakeKafkaPorts(const Settings& settings, bool until_end) {
  ASSIGN_OR_RETURN(const KafkaSettings kafka,
                   KafkaSettings::Create(settings.kafka(), settings.Text("output.prefix")));
  KafkaOptions options;
  options.input_topics = settings.List("input.topics");
  options.until_end = until_end;
  options.instance = settings.Text("engine.instance");
  options.hooks = MakeKafkaHooks();
  ASSIGN_OR_RETURN(KafkaConnection connection, OpenKafka(kafka, std::move(options)));
  InstancePorts ports;
  ports.source = std::move(connection.source);
  ports.output = std::move(connection.output);
  return ports;
}

}  // namespace

absl::StatusOr<InstancePorts> MakeInstancePorts(const Settings& settings, bool until_end) {
  return settings.Text("input.kind") == "kafka" ? MakeKafkaPorts(settings, until_end)
                                                : MakeFilePorts(settings);
}

absl::StatusOr<std::unique_ptr<Source>> MakeInputSource(const Settings& settings) {
  if (settings.Text("input.kind") == "kafka") {
    ASSIGN_OR_RETURN(InstancePorts ports, MakeKafkaPorts(settings, /*until_end=*/true));
    return std::move(ports.source);
  }
  if (settings.List("input.path").empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the transaction's record is read again from the input: name it with "
                     "--input or input.path");
  }
  ASSIGN_OR_RETURN(auto source, FileSource::Open(settings.List("input.path")));
  return source;
}

absl::StatusOr<std::unique_ptr<Output>> MakeReadOutput(const Settings& settings) {
  if (settings.Text("input.kind") == "kafka") {
    ASSIGN_OR_RETURN(InstancePorts ports, MakeKafkaPorts(settings, /*until_end=*/true));
    return std::move(ports.output);
  }
  if (settings.Text("output.dir").empty()) return nullptr;
  return MakeFileOutput(settings);
}

}  // namespace vigla
