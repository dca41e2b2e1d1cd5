// What a configuration's Kafka section may say, checked without a broker.
#include "connectors/kafka/kafka_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "connectors/kafka/kafka_connection.h"
#include "connectors/kafka/property_table.h"

namespace vigla {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const KafkaSettings::Properties kMinimum = {{"bootstrap.servers", "broker:9092"}};

KafkaPropertyProblem ProblemOf(const std::string& name, const std::string& value) {
  const auto problems = KafkaSettings::Check({{name, value}});
  if (problems.size() != 1) {
    ADD_FAILURE() << name << ": " << problems.size() << " problems";
    return {};
  }
  EXPECT_EQ(problems[0].property, name);
  return problems[0];
}

std::string ValueOf(const KafkaSettings& settings, KafkaClientRole role, const std::string& name) {
  for (const KafkaProperty& property : settings.Effective(role)) {
    if (property.name == name) return property.value;
  }
  return "(absent)";
}

TEST(KafkaSettings, TakesAnyPropertyThatLibrdkafkaKnows) {
  EXPECT_TRUE(KafkaSettings::Check({{"bootstrap.servers", "a:1,b:2"},
                                    {"security.protocol", "SASL_SSL"},
                                    {"sasl.mechanisms", "SCRAM-SHA-512"},
                                    {"sasl.username", "vigla"},
                                    {"sasl.password", "s3cret"},
                                    {"ssl.ca.location", "/etc/ssl/ca.pem"},
                                    {"fetch.min.bytes", "10"},
                                    {"linger.ms", "2"},
                                    {"compression.type", "lz4"},
                                    {"client.rack", "b"}})
                  .empty());
}

TEST(KafkaSettings, NamesTheNearestPropertyForAMisspeltOne) {
  EXPECT_THAT(ProblemOf("bootstrap.server", "a:1").advice, HasSubstr("'bootstrap.servers'"));
  EXPECT_THAT(ProblemOf("fetch.mim.bytes", "1").advice, HasSubstr("'fetch.min.bytes'"));
  EXPECT_THAT(ProblemOf("wholly.different.from.all", "1").advice, HasSubstr("CONFIGURATION.md"));
}

TEST(KafkaSettings, SaysWhyAValueIsWrong) {
  EXPECT_THAT(ProblemOf("fetch.min.bytes", "many").message, HasSubstr("fetch.min.bytes"));
  EXPECT_THAT(ProblemOf("security.protocol", "HTTPS").message, HasSubstr("HTTPS"));
}

TEST(KafkaSettings, RefusesWhatTheProtocolOwnsAndSaysWhy) {
  const std::pair<const char*, const char*> owned[] = {
      {"group.id", "twin"},
      {"group.instance.id", "twin"},
      {"transactional.id", "twin"},
      {"enable.auto.commit", "positions"},
      {"enable.auto.offset.store", "positions"},
      {"auto.offset.reset", "never reset"},
      {"isolation.level", "aborted"},
      {"enable.idempotence", "idempotent"},
      {"acks", "idempotent"},
      {"max.in.flight.requests.per.connection", "idempotent"},
      {"partition.assignment.strategy", "all partitions"},
      {"partitioner", "one partition"},
      {"allow.auto.create.topics", "never creates"},
      {"test.mock.num.brokers", "mock"},
  };
  for (const auto& [name, reason] : owned) {
    EXPECT_THAT(ProblemOf(name, "1").message, HasSubstr(reason)) << name;
  }
}

// A typing slip in the table would silently let a property pass.
TEST(KafkaSettings, EveryOwnedNameThatLibrdkafkaKnowsIsRefused) {
  int refused = 0;
  for (const KnownProperty& known : KnownProperties()) {
    if (OwnedPropertyReason(known.name).empty()) continue;
    ++refused;
    EXPECT_EQ(KafkaSettings::Check({{known.name, "1"}}).size(), 1u) << known.name;
  }
  EXPECT_GE(refused, 30);
}

TEST(KafkaSettings, TranslatesTheNamesOfTheJavaClient) {
  EXPECT_THAT(ProblemOf("key.deserializer", "x").advice, HasSubstr("bytes"));
  EXPECT_THAT(ProblemOf("max.poll.records", "500").advice, HasSubstr("batch_records_max"));
  EXPECT_THAT(ProblemOf("buffer.memory", "1").advice, HasSubstr("queue.buffering.max.kbytes"));
  EXPECT_THAT(ProblemOf("ssl.truststore.location", "t.jks").advice, HasSubstr("ssl.ca.location"));
  EXPECT_THAT(ProblemOf("sasl.jaas.config", "x").advice, HasSubstr("sasl.username"));
  EXPECT_THAT(ProblemOf("ssl.keystore.location", "/k/me.jks").advice,
              HasSubstr("-destkeystore /k/me.p12"));
  EXPECT_TRUE(KafkaSettings::Check({{"ssl.keystore.location", "/k/me.p12"}}).empty());
}

TEST(KafkaSettings, BoundsTheTransactionTimeout) {
  EXPECT_THAT(ProblemOf("transaction.timeout.ms", "9999").message, HasSubstr("10000"));
  EXPECT_THAT(ProblemOf("transaction.timeout.ms", "900001").message, HasSubstr("900000"));
  auto settings = KafkaSettings::Create(
      {{"bootstrap.servers", "a:1"}, {"transaction.timeout.ms", "20000"}}, "vigla");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->transaction_timeout_ms(), 20'000);
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kProducer, "transaction.timeout.ms"), "20000");
}

TEST(KafkaSettings, ReportsAllProblemsAtOnce) {
  const auto settings = KafkaSettings::Create(
      {{"group.id", "mine"}, {"key.serializer", "x"}, {"nonsense", "1"}}, "no spaces");
  ASSERT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string text(settings.status().message().data(), settings.status().message().size());
  for (const char* part : {"'group.id'", "'key.serializer'", "'nonsense'", "'bootstrap.servers'",
                           "output.prefix"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(KafkaSettings, DerivesEveryIdentityFromThePrefix) {
  const auto settings = KafkaSettings::Create(kMinimum, "aml.prod");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kProducer, "transactional.id"), "aml.prod");
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kMember, "group.id"), "aml.prod");
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kMember, "group.instance.id"), "aml.prod");
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kOffsets, "group.id"), "aml.prod");
  EXPECT_THAT(ValueOf(*settings, KafkaClientRole::kReader, "group.id"), Not("aml.prod"));
}

TEST(KafkaSettings, EveryConsumerReadsCommittedAtItsOwnPositions) {
  const auto settings = KafkaSettings::Create(kMinimum, "vigla");
  ASSERT_TRUE(settings.ok());
  for (const KafkaClientRole role :
       {KafkaClientRole::kMember, KafkaClientRole::kReader, KafkaClientRole::kOffsets}) {
    EXPECT_EQ(ValueOf(*settings, role, "isolation.level"), "read_committed");
    EXPECT_EQ(ValueOf(*settings, role, "enable.auto.commit"), "false");
    EXPECT_EQ(ValueOf(*settings, role, "enable.auto.offset.store"), "false");
    EXPECT_THAT(ValueOf(*settings, role, "auto.offset.reset"),
                testing::AnyOf("error", "largest,error"));
  }
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kMember, "partition.assignment.strategy"),
            "range");
}

TEST(KafkaSettings, WhatIsGivenBeatsTheDefaults) {
  const auto settings = KafkaSettings::Create(
      {{"bootstrap.servers", "a:1"}, {"compression.type", "lz4"}, {"check.crcs", "false"},
       {"message.max.bytes", "2000000"}},
      "vigla");
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kProducer, "compression.type"), "lz4");
  EXPECT_EQ(ValueOf(*settings, KafkaClientRole::kMember, "check.crcs"), "false");
  EXPECT_EQ(settings->message_bytes_max(), 2'000'000u);
  const auto plain = KafkaSettings::Create(kMinimum, "vigla");
  EXPECT_EQ(ValueOf(*plain, KafkaClientRole::kProducer, "compression.type"), "zstd");
  EXPECT_EQ(ValueOf(*plain, KafkaClientRole::kProducer, "compression.level"), "1");
  EXPECT_EQ(ValueOf(*plain, KafkaClientRole::kMember, "check.crcs"), "true");
}

TEST(KafkaSettings, SaysWhereAPrintedValueComesFrom) {
  const auto settings = KafkaSettings::Create(kMinimum, "vigla");
  ASSERT_TRUE(settings.ok());
  std::map<std::string, KafkaPropertyOrigin> origins;
  for (const KafkaProperty& property : settings->Effective(KafkaClientRole::kMember)) {
    origins[property.name] = property.origin;
  }
  EXPECT_EQ(origins.at("bootstrap.servers"), KafkaPropertyOrigin::kGiven);
  EXPECT_EQ(origins.at("group.id"), KafkaPropertyOrigin::kEngine);
  EXPECT_EQ(origins.at("fetch.min.bytes"), KafkaPropertyOrigin::kDefault);
}

TEST(KafkaSettings, NeverPrintsASecret) {
  const auto settings = KafkaSettings::Create({{"bootstrap.servers", "a:1"},
                                               {"sasl.password", "hunter2"},
                                               {"ssl.key.password", "hunter2"},
                                               {"ssl.keystore.password", "hunter2"},
                                               {"sasl.oauthbearer.config", "hunter2"}},
                                              "vigla");
  ASSERT_TRUE(settings.ok()) << settings.status();
  for (const KafkaClientRole role : {KafkaClientRole::kMember, KafkaClientRole::kProducer}) {
    for (const KafkaProperty& property : settings->Effective(role)) {
      EXPECT_THAT(property.value, Not(HasSubstr("hunter2"))) << property.name;
    }
    EXPECT_EQ(ValueOf(*settings, role, "sasl.password"), "********");
  }
}

TEST(KafkaSettings, NeverRepeatsASecretInAnError) {
  for (const KnownProperty& known : KnownProperties()) {
    if (!IsSecretProperty(known.name)) continue;
    for (const KafkaPropertyProblem& problem :
         KafkaSettings::Check({{known.name, "hunter2\nhunter2"}})) {
      EXPECT_THAT(problem.message + problem.advice, Not(HasSubstr("hunter2"))) << known.name;
    }
  }
}

TEST(KafkaConnection, NeedsDistinctTopicsAndNoBroker) {
  const auto settings = KafkaSettings::Create(kMinimum, "vigla");
  ASSERT_TRUE(settings.ok());
  KafkaOptions options;
  EXPECT_EQ(OpenKafka(*settings, options).status().code(), absl::StatusCode::kInvalidArgument);
  options.input_topics = {"t", "t"};
  EXPECT_EQ(OpenKafka(*settings, options).status().code(), absl::StatusCode::kInvalidArgument);
  options.input_topics = {"t", "u"};
  auto connection = OpenKafka(*settings, options);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(connection->source->topics(), options.input_topics);
  EXPECT_EQ(connection->source->LagRecords(), -1);
  EXPECT_EQ(connection->output->Mark(OutputTopic::kJournal).text, "");
  EXPECT_GT(connection->output->RecordBytesMax(), 900'000u);
  EXPECT_LT(connection->output->RecordBytesMax(), 1'000'000u);
}

TEST(KafkaSource, RefusesAStateThatWasWrittenFromFiles) {
  const auto settings = KafkaSettings::Create(kMinimum, "vigla");
  KafkaOptions options;
  options.input_topics = {"t"};
  auto connection = OpenKafka(*settings, options);
  ASSERT_TRUE(connection.ok());
  EXPECT_EQ(connection->source->Fingerprint(), "");
  EXPECT_TRUE(connection->source->Verify("").ok());
  EXPECT_EQ(connection->source->Verify("sha256:00").code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace vigla
