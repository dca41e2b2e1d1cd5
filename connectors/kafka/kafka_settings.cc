// Checks pass-through properties and adds the protocol's own. Cold.
#include "connectors/kafka/kafka_settings.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "connectors/kafka/property_table.h"
#include "engine/base/diagnostic.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr size_t kPrefixBytesMax = 200;  // a topic's name has at most 249 with its suffix

struct ConfDestroyer {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDestroyer>;

// Where nothing is given. Fetches are small enough for a replay of many partitions to fit, records
// are checked for damage, and new partitions are noticed within ten seconds. Audit frames are full
// of digests: zstd's level 1 takes a third of level 3's time for them, and makes them no larger. A
// transaction that begins while the broker still finishes the one before is refused and tried
// again, which must not take longer than a commit. A client that holds as many records as it may
// looks again only after up to a second, however soon they are taken: so they have to last longer.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"client.id", "vigla"},
    {"check.crcs", "true"},
    {"topic.metadata.refresh.interval.ms", "10000"},
    {"max.poll.interval.ms", "3600000"},
    {"compression.type", "zstd"},
    {"compression.level", "1"},
    {"fetch.wait.max.ms", "100"},
    {"retry.backoff.ms", "10"},
    {"queued.min.messages", "1000000"},
    {"queued.max.messages.kbytes", "131072"},
    {"statistics.interval.ms", "10000"},
};

std::string NearestKnown(std::string_view name) {
  std::vector<std::string_view> candidates;
  for (const KnownProperty& known : KnownProperties()) candidates.push_back(known.name);
  return NearestWord(name, candidates);
}

int IntegerOr(std::string_view text, int otherwise) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

// Problems that librdkafka can't know; `message` stays empty where there is none.
KafkaPropertyProblem CheckMeaning(const std::string& name, const std::string& value) {
  KafkaPropertyProblem problem{name, "", ""};
  if (name == "transaction.timeout.ms") {
    const int timeout = IntegerOr(value, 0);
    if (timeout < KafkaSettings::kTransactionTimeoutMsMin ||
        timeout > KafkaSettings::kTransactionTimeoutMsMax) {
      problem.message = "must lie between 10000 and 900000";
      problem.advice = "the default of 60000 outlasts a broker's restart; the broker's own limit "
                       "is transaction.max.timeout.ms";
    }
  }
  if (name == "ssl.keystore.location" && EndsWith(value, ".jks")) {
    problem.message = "is a PKCS#12 file here, not a JKS store";
    problem.advice = "convert it: `keytool -importkeystore -srckeystore " + value +
                     " -destkeystore " + value.substr(0, value.size() - 4) +
                     ".p12 -deststoretype PKCS12`";
  }
  return problem;
}

// librdkafka's texts may quote the value; a secret's must not be repeated.
std::string WithoutSecret(const std::string& name, const std::string& value,
                          const std::string& text) {
  const bool repeats = text.find(value.substr(0, 4)) != std::string::npos;
  return IsSecretProperty(name) && repeats ? "was refused by librdkafka" : text;
}

KafkaPropertyProblem CheckOne(rd_kafka_conf_t* conf, const std::string& name,
                              const std::string& value) {
  if (const std::string_view reason = OwnedPropertyReason(name); !reason.empty()) {
    return {name, "is not yours to set: " + std::string(reason), "remove it"};
  }
  if (const std::string_view advice = JavaPropertyAdvice(name);
      !advice.empty() && FindKnownProperty(name) == nullptr) {
    return {name, "is a property of Kafka's Java client", std::string(advice)};
  }
  char text[512];
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text)) {
    case RD_KAFKA_CONF_OK:
      return CheckMeaning(name, value);
    case RD_KAFKA_CONF_INVALID:
      return {name, WithoutSecret(name, value, text), ""};
    default: {
      const std::string nearest = NearestKnown(name);
      return {name, "is not a property of librdkafka",
              nearest.empty() ? "see librdkafka's CONFIGURATION.md for all names"
                              : "did you mean '" + nearest + "'?"};
    }
  }
}

bool IsTopicText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

std::vector<KafkaPropertyProblem> KafkaSettings::Check(const Properties& properties) {
  std::vector<KafkaPropertyProblem> problems;
  const Conf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : properties) {
    KafkaPropertyProblem problem = CheckOne(conf.get(), name, value);
    if (!problem.message.empty()) problems.push_back(std::move(problem));
  }
  return problems;
}

absl::StatusOr<KafkaSettings> KafkaSettings::Create(const Properties& properties,
                                                    std::string_view output_prefix) {
  std::string text;
  auto add = [&text](std::string_view line) {
    if (!text.empty()) text += "\n";
    text += line;
  };
  for (const KafkaPropertyProblem& problem : Check(properties)) {
    add("kafka: '" + problem.property + "' " + problem.message +
        (problem.advice.empty() ? "" : "; " + problem.advice));
  }
  if (properties.count("bootstrap.servers") + properties.count("metadata.broker.list") == 0) {
    add("kafka: 'bootstrap.servers' is missing; write host:port of one or more brokers");
  }
  if (output_prefix.empty() || output_prefix.size() > kPrefixBytesMax ||
      !IsTopicText(output_prefix)) {
    add("output.prefix must have 1 to 200 letters, digits, '.', '_' or '-': it begins the names "
        "of topics");
  }
  if (!text.empty()) return MakeError(absl::StatusCode::kInvalidArgument, text);

  KafkaSettings settings;
  settings.given_ = properties;
  settings.output_prefix_ = std::string(output_prefix);
  if (const auto timeout = properties.find("transaction.timeout.ms"); timeout != properties.end()) {
    settings.transaction_timeout_ms_ = IntegerOr(timeout->second, kTransactionTimeoutMsDefault);
  }
  if (const auto bytes = properties.find("message.max.bytes"); bytes != properties.end()) {
    settings.message_bytes_max_ = static_cast<size_t>(IntegerOr(bytes->second, 1'000'000));
  }
  return settings;
}

std::vector<std::pair<std::string, std::string>> KafkaSettings::PropertiesOf(
    KafkaClientRole role) const {
  const bool is_producer = role == KafkaClientRole::kProducer;
  std::vector<std::pair<std::string, std::string>> all;
  auto add = [&](const std::string& name, const std::string& value) {
    const KnownProperty* known = FindKnownProperty(name);
    if (known == nullptr || (is_producer ? known->producer : known->consumer)) {
      all.emplace_back(name, value);
    }
  };
  for (const auto& [name, value] : kDefaults) {
    if (given_.count(name) == 0) add(name, value);
  }
  for (const auto& [name, value] : given_) add(name, value);

  if (is_producer) {
    add("transactional.id", transactional_id());
    add("transaction.timeout.ms", std::to_string(transaction_timeout_ms_));
    add("partitioner", "murmur2_random");
    return all;
  }
  add("enable.auto.commit", "false");
  add("enable.auto.offset.store", "false");
  add("auto.offset.reset", "error");
  add("isolation.level", "read_committed");
  add("enable.partition.eof", "true");
  if (role != KafkaClientRole::kReader) add("group.id", group_id());
  if (role == KafkaClientRole::kMember) {
    add("group.instance.id", group_instance_id());
    add("partition.assignment.strategy", "range");
  } else {
    // A reader holds one queue a partition and many partitions; it must hear of an end soon.
    if (given_.count("queued.max.messages.kbytes") == 0) add("queued.max.messages.kbytes", "8192");
    if (given_.count("fetch.wait.max.ms") == 0) all.emplace_back("fetch.wait.max.ms", "10");
  }
  return all;
}

std::vector<KafkaProperty> KafkaSettings::Effective(KafkaClientRole role) const {
  const Conf conf(rd_kafka_conf_new());
  const auto ours = PropertiesOf(role);
  char text[512];
  for (const auto& [name, value] : ours) {
    rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text, sizeof text);
  }
  std::map<std::string, KafkaProperty> by_name;
  size_t count = 0;
  const char** dump = rd_kafka_conf_dump(conf.get(), &count);
  for (size_t i = 0; i + 1 < count; i += 2) {
    if (FindKnownProperty(dump[i]) == nullptr) continue;
    by_name[dump[i]] = {dump[i], dump[i + 1], KafkaPropertyOrigin::kDefault};
  }
  rd_kafka_conf_dump_free(dump, count);
  for (const auto& [name, value] : ours) {
    by_name[name] = {name, value,
                     given_.count(name) != 0 ? KafkaPropertyOrigin::kGiven
                                             : KafkaPropertyOrigin::kEngine};
  }
  std::vector<KafkaProperty> effective;
  for (auto& [name, property] : by_name) {
    if (IsSecretProperty(name)) property.value = "********";
    effective.push_back(std::move(property));
  }
  return effective;
}

}  // namespace vigla
