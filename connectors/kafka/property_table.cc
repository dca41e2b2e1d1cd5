// The tables of property names, and librdkafka's own as it prints it. Cold.
#include "connectors/kafka/property_table.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace vigla {
namespace {

struct Entry {
  std::string_view name;
  std::string_view text;
};

constexpr std::string_view kFromPrefix =
    "it is derived from output.prefix, so that a twin is fenced and never works beside this one";
constexpr std::string_view kOwnPositions =
    "the engine keeps its own positions and commits them inside its transactions";
constexpr std::string_view kNoReset =
    "positions are never reset: reading starts at the stored position, or at the earliest record";
constexpr std::string_view kIdempotent = "exactly-once needs the idempotent producer's value";
constexpr std::string_view kOneMember =
    "one process holds all partitions as a static member with the range assignor";
constexpr std::string_view kKeyOrder =
    "a subject's alerts must stay in one partition, the one that Java's clients would choose";
constexpr std::string_view kTopicsExist = "the engine never creates topics";
constexpr std::string_view kCallbacks = "the engine serves the client's callbacks itself";
constexpr std::string_view kTransactionTimeout =
    "it follows transaction.timeout.ms, which may be set";
constexpr std::string_view kNoMock =
    "the mock cluster ignores transactions, so that nothing it shows would be true";

constexpr Entry kOwned[] = {
    {"group.id", kFromPrefix},
    {"group.instance.id", kFromPrefix},
    {"transactional.id", kFromPrefix},
    {"enable.auto.commit", kOwnPositions},
    {"auto.commit.enable", kOwnPositions},
    {"auto.commit.interval.ms", kOwnPositions},
    {"enable.auto.offset.store", kOwnPositions},
    {"offset.store.method", kOwnPositions},
    {"offset.store.path", kOwnPositions},
    {"offset.store.sync.interval.ms", kOwnPositions},
    {"auto.offset.reset", kNoReset},
    {"isolation.level", "input and own logs are read committed: aborted records never happened"},
    {"enable.partition.eof", "the engine needs these events to know where an input ends"},
    {"enable.idempotence", kIdempotent},
    {"acks", kIdempotent},
    {"request.required.acks", kIdempotent},
    {"max.in.flight", kIdempotent},
    {"max.in.flight.requests.per.connection", kIdempotent},
    {"retries", kIdempotent},
    {"message.send.max.retries", kIdempotent},
    {"enable.gapless.guarantee", kIdempotent},
    {"queuing.strategy", kIdempotent},
    {"message.timeout.ms", kTransactionTimeout},
    {"delivery.timeout.ms", kTransactionTimeout},
    {"partition.assignment.strategy", kOneMember},
    {"group.protocol.type", kOneMember},
    {"partitioner", kKeyOrder},
    {"msg_order_cmp", kKeyOrder},
    {"allow.auto.create.topics", kTopicsExist},
    {"enabled_events", kCallbacks},
    {"delivery.report.only.error", kCallbacks},
    {"log.queue", kCallbacks},
    {"produce.offset.report", kCallbacks},
    {"test.mock.num.brokers", kNoMock},
    {"plugin.library.paths", "code that the engine does not know may not sit in its client"},
};

constexpr std::string_view kNoSerializers =
    "drop it: records are bytes here, decoded by the engine";
constexpr std::string_view kNoMeaning = "drop it: the C client has no such setting";
constexpr std::string_view kPemStore =
    "write ssl.ca.location with a PEM file; convert a JKS store with "
    "`keytool -exportcert -rfc -keystore FILE -alias NAME`";

constexpr Entry kJava[] = {
    {"key.deserializer", kNoSerializers},
    {"value.deserializer", kNoSerializers},
    {"key.serializer", kNoSerializers},
    {"value.serializer", kNoSerializers},
    {"max.poll.records", "drop it: the engine's own engine.batch_records_max bounds a batch"},
    {"fetch.max.wait.ms", "write fetch.wait.max.ms"},
    {"buffer.memory", "write queue.buffering.max.kbytes, in KiB"},
    {"max.request.size", "write message.max.bytes"},
    {"max.block.ms", kNoMeaning},
    {"default.api.timeout.ms", kNoMeaning},
    {"delivery.timeout.ms", "drop it: it follows transaction.timeout.ms"},
    {"receive.buffer.bytes", "write socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "write socket.send.buffer.bytes"},
    {"socket.connection.setup.timeout.max.ms", "write socket.connection.setup.timeout.ms"},
    {"client.dns.lookup", kNoMeaning},
    {"group.protocol", kNoMeaning},
    {"group.remote.assignor", kNoMeaning},
    {"exclude.internal.topics", kNoMeaning},
    {"internal.leave.group.on.close", kNoMeaning},
    {"interceptor.classes", kNoMeaning},
    {"metric.reporters", "drop it: the engine publishes the client's statistics as metrics"},
    {"metrics.num.samples", kNoMeaning},
    {"metrics.recording.level", kNoMeaning},
    {"metrics.sample.window.ms", kNoMeaning},
    {"partitioner.class", "drop it: alerts are placed as Java's default partitioner would"},
    {"partitioner.ignore.keys", "drop it: alerts are placed as Java's default partitioner would"},
    {"security.providers", kNoMeaning},
    {"transaction.two.phase.commit.enable", kNoMeaning},
    {"sasl.jaas.config",
     "write sasl.username and sasl.password (PLAIN, SCRAM) or sasl.kerberos.* (GSSAPI)"},
    {"sasl.client.callback.handler.class", "write sasl.mechanisms and its own properties"},
    {"sasl.login.callback.handler.class", "write sasl.oauthbearer.method: oidc and its properties"},
    {"sasl.login.class", kNoMeaning},
    {"ssl.truststore.location", kPemStore},
    {"ssl.truststore.certificates", "write ssl.ca.pem"},
    {"ssl.truststore.password", "drop it: a PEM file of public certificates has no password"},
    {"ssl.truststore.type", kPemStore},
    {"ssl.keystore.type", "drop it: ssl.keystore.location is always PKCS#12 here"},
    {"ssl.keystore.key", "write ssl.key.pem"},
    {"ssl.keystore.certificate.chain", "write ssl.certificate.pem"},
    {"ssl.enabled.protocols", kNoMeaning},
    {"ssl.protocol", kNoMeaning},
    {"ssl.provider", "write ssl.engine.location or ssl.providers"},
    {"ssl.keymanager.algorithm", kNoMeaning},
    {"ssl.trustmanager.algorithm", kNoMeaning},
    {"ssl.secure.random.implementation", kNoMeaning},
    {"ssl.engine.factory.class", kNoMeaning},
};

std::string_view Lookup(const Entry* begin, const Entry* end, std::string_view name) {
  for (const Entry* entry = begin; entry != end; ++entry) {
    if (entry->name == name) return entry->text;
  }
  return {};
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// librdkafka offers its table only as print; a row is "name | C/P | range | default | …".
std::vector<KnownProperty> ReadTable() {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  rd_kafka_conf_properties_show(stream);
  std::fclose(stream);
  std::vector<KnownProperty> known;
  std::string_view rest(text, size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const size_t first_bar = line.find('|');
    if (first_bar == std::string_view::npos) continue;
    const size_t second_bar = line.find('|', first_bar + 1);
    if (second_bar == std::string_view::npos) continue;
    const std::string_view scope = Trimmed(line.substr(first_bar + 1, second_bar - first_bar - 1));
    if (scope != "*" && scope != "C" && scope != "P") continue;
    known.push_back({std::string(Trimmed(line.substr(0, first_bar))), scope != "P", scope != "C"});
  }
  std::free(text);
  return known;
}

}  // namespace

const std::vector<KnownProperty>& KnownProperties() {
  static const std::vector<KnownProperty>* const kTable =
      new std::vector<KnownProperty>(ReadTable());
  return *kTable;
}

const KnownProperty* FindKnownProperty(std::string_view name) {
  for (const KnownProperty& known : KnownProperties()) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

std::string_view OwnedPropertyReason(std::string_view name) {
  return Lookup(std::begin(kOwned), std::end(kOwned), name);
}

std::string_view JavaPropertyAdvice(std::string_view name) {
  return Lookup(std::begin(kJava), std::end(kJava), name);
}

bool IsSecretProperty(std::string_view name) {
  for (std::string_view part : {"password", "secret", "ssl.key.pem", "ssl_key",
                                "sasl.oauthbearer.config"}) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace vigla
