// The transactional calls of librdkafka and their errors. Warm.
#include "connectors/kafka/transactional_producer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kCallMs = 10'000;
// Calls may ignore their timeout (librdkafka#5456, #4420); past this the process ends.
constexpr int kCallMsMax = 60'000;
constexpr auto kRepeatPause = std::chrono::milliseconds(5);

int64_t NowNs() { return SystemClock().NowNs(); }
int64_t SinceMs(int64_t start_ns) { return (NowNs() - start_ns) / 1'000'000; }

bool IsFenced(int code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
         code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

// OK if a repetition may succeed.
absl::Status PermanentError(int code, const std::string& what) {
  const std::string text = what + ": " + KafkaErrorText(code);
  switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return MakeError(absl::StatusCode::kInternal,
                       text + "; raise the topic's max.message.bytes to at least "
                              "message.max.bytes");
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return MakeError(absl::StatusCode::kInternal, text);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return MakeError(absl::StatusCode::kPermissionDenied,
                       text + "; allow Write on the output topics, Read on the group, and Write "
                              "and Describe on the transactional id");
    default:
      return absl::OkStatus();
  }
}

}  // namespace

TransactionalProducer::TransactionalProducer(std::shared_ptr<const ClientContext> context,
                                             int patience_ms)
    : context_(std::move(context)), patience_ms_(patience_ms) {
  offsets_after_.fill(-1);
}

TransactionalProducer::~TransactionalProducer() {
  for (rd_kafka_topic_t* topic : topics_) {
    if (topic != nullptr) rd_kafka_topic_destroy(topic);
  }
}

absl::StatusOr<std::unique_ptr<TransactionalProducer>> TransactionalProducer::Open(
    std::shared_ptr<const ClientContext> context, int patience_ms) {
  std::unique_ptr<TransactionalProducer> producer(
      new TransactionalProducer(std::move(context), patience_ms));
  ClientOptions options;
  options.role = KafkaClientRole::kProducer;
  options.caller = kOutputCaller;
  options.delivered = [raw = producer.get()](const rd_kafka_message_s& message) {
    raw->Delivered(message);
  };
  ASSIGN_OR_RETURN(producer->client_, Client::Create(producer->context_, std::move(options)));
  for (int i = 0; i < kOutputTopicCount; ++i) {
    const std::string name =
        producer->context_->settings.output_prefix() + "." +
        std::string(OutputTopicName(static_cast<OutputTopic>(i)));
    producer->topics_[i] =
        rd_kafka_topic_new(producer->client_->handle(), name.c_str(), nullptr);
    CHECK(producer->topics_[i] != nullptr);
  }
  RETURN_IF_ERROR(producer->Initialise());
  return producer;
}

TransactionalProducer::Failure TransactionalProducer::Judge(rd_kafka_error_s* error) {
  Failure failure;
  if (error == nullptr) return failure;
  failure.code = rd_kafka_error_code(error);
  failure.text = std::string(rd_kafka_error_string(error)) + " (" + rd_kafka_error_name(error) +
                 ")";
  if (rd_kafka_error_is_fatal(error) != 0) {
    failure.remedy = Remedy::kFatal;
  } else if (rd_kafka_error_txn_requires_abort(error) != 0) {
    failure.remedy = Remedy::kAbort;
  } else if (rd_kafka_error_is_retriable(error) != 0) {
    failure.remedy = Remedy::kRepeat;
  } else {
    failure.remedy = Remedy::kFatal;  // a state we don't know: give the producer up
  }
  rd_kafka_error_destroy(error);
  return failure;
}

absl::Status TransactionalProducer::FencedError() const {
  return MakeError(absl::StatusCode::kAborted,
                   "another instance with output prefix '" + context_->settings.output_prefix() +
                       "' has taken over (or this one stood still for longer than "
                       "transaction.timeout.ms); its work goes on there, nothing was lost");
}

absl::Status TransactionalProducer::Initialise() {
  const int64_t start_ns = NowNs();
  while (true) {
    Failure failure;
    {
      const auto guard = client_->Guard("init_transactions", kCallMsMax);
      failure = Judge(rd_kafka_init_transactions(client_->handle(), kCallMs));
    }
    if (failure.remedy == Remedy::kNone) return absl::OkStatus();
    RETURN_IF_ERROR(PermanentError(failure.code, "can't begin transactions"));
    if (failure.remedy == Remedy::kFatal && IsFenced(failure.code)) return FencedError();
    if (failure.remedy != Remedy::kRepeat || SinceMs(start_ns) > patience_ms_) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "can't begin transactions: " + failure.text + "; " + client_->LastError());
    }
    std::this_thread::sleep_for(kRepeatPause);
  }
}

void TransactionalProducer::Delivered(const rd_kafka_message_s& message) {
  const auto topic = reinterpret_cast<uintptr_t>(message._private);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    offsets_after_[topic] = std::max(offsets_after_[topic], message.offset + 1);
    return;
  }
  if (!delivery_error_.ok()) return;
  delivery_error_ = PermanentError(
      message.err, "a record of " + std::to_string(message.len) + " bytes for topic '" +
                       rd_kafka_topic_name(message.rkt) + "' was refused");
}

void TransactionalProducer::ServeCallbacks() { rd_kafka_poll(client_->handle(), 0); }

int TransactionalProducer::ProduceOne(const OutputRecord& record) {
  const auto topic = static_cast<size_t>(record.topic);
  std::array<rd_kafka_vu_t, 6> arguments{};
  arguments[0].vtype = RD_KAFKA_VTYPE_RKT;
  arguments[0].u.rkt = topics_[topic];
  arguments[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[1].u.i = RD_KAFKA_MSG_F_COPY;
  arguments[2].vtype = RD_KAFKA_VTYPE_VALUE;
  arguments[2].u.mem = {const_cast<char*>(record.value.data()), record.value.size()};
  arguments[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[3].u.ptr = reinterpret_cast<void*>(topic);
  size_t count = 4;
  const bool has_own_key =
      record.topic == OutputTopic::kAlerts || record.topic == OutputTopic::kAlertsShadow ||
      record.topic == OutputTopic::kRejects;
  const std::string& key = has_own_key ? record.key : context_->settings.output_prefix();
  if (!key.empty()) {
    arguments[count].vtype = RD_KAFKA_VTYPE_KEY;
    arguments[count++].u.mem = {const_cast<char*>(key.data()), key.size()};
  }
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    arguments[count].vtype = RD_KAFKA_VTYPE_HEADERS;
    arguments[count++].u.headers = headers;
  }
  rd_kafka_error_t* error = rd_kafka_produceva(client_->handle(), arguments.data(), count);
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;  // the record owns the headers
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  const int code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

// False if the transaction must be aborted; a status if no repetition helps.
absl::StatusOr<bool> TransactionalProducer::ProduceAll(
    const std::vector<const OutputRecord*>& records) {
  const int64_t start_ns = NowNs();
  for (const OutputRecord* record : records) {
    int code = ProduceOne(*record);
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && SinceMs(start_ns) < patience_ms_) {
      rd_kafka_poll(client_->handle(), 20);
      code = ProduceOne(*record);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    delivery_error_.Update(PermanentError(
        code, "a record of " + std::to_string(record->value.size()) + " bytes for topic '" +
                  rd_kafka_topic_name(topics_[static_cast<size_t>(record->topic)]) +
                  "' can't be produced"));
    return false;
  }
  return true;
}

TransactionalProducer::Failure TransactionalProducer::SendOffsets(
    const TransactionContent& content) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(content.offsets.size()));
  for (const GroupOffset& offset : content.offsets) {
    rd_kafka_topic_partition_list_add(list, offset.topic.c_str(), offset.partition)->offset =
        offset.next_offset;
  }
  const int64_t start_ns = NowNs();
  Failure failure;
  while (true) {
    {
      const auto guard = client_->Guard("send_offsets_to_transaction", kCallMsMax);
      failure = Judge(rd_kafka_send_offsets_to_transaction(client_->handle(), list,
                                                           content.membership.get(), kCallMs));
    }
    if (failure.remedy != Remedy::kRepeat) break;
    saw_repeat_ = true;
    if (SinceMs(start_ns) > patience_ms_) break;
    std::this_thread::sleep_for(kRepeatPause);
  }
  rd_kafka_topic_partition_list_destroy(list);
  return failure;
}

TransactionalProducer::Failure TransactionalProducer::Finish() {
  const int64_t start_ns = NowNs();
  while (true) {
    Failure failure;
    {
      const auto guard = client_->Guard("commit_transaction", kCallMsMax);
      failure = Judge(rd_kafka_commit_transaction(client_->handle(), kCallMs));
    }
    if (failure.remedy != Remedy::kRepeat || SinceMs(start_ns) > patience_ms_) return failure;
    saw_repeat_ = true;
    std::this_thread::sleep_for(kRepeatPause);
  }
}

// No EndTxn has left this process since the attempt began.
bool TransactionalProducer::MayStillBeOpen() const {
  return client_->end_transaction_requests() == end_requests_before_;
}

absl::StatusOr<TransactionEnd> TransactionalProducer::Fatal(const Failure& failure) {
  is_tainted_ = true;
  RETURN_IF_ERROR(delivery_error_);
  const int code = client_->FatalCode();
  if (IsFenced(failure.code) || IsFenced(code)) return FencedError();
  RETURN_IF_ERROR(PermanentError(failure.code, "the transaction failed"));
  RETURN_IF_ERROR(PermanentError(code, "the transaction failed"));
  context_->hooks.Log(KafkaLogLevel::kWarning, "the producer has failed: " + failure.text + "; " +
                                                   client_->FatalText());
  return TransactionEnd::kDoubtful;
}

absl::StatusOr<TransactionEnd> TransactionalProducer::Abort(const Failure& cause) {
  if (!cause.text.empty()) {
    context_->hooks.Log(KafkaLogLevel::kWarning, "aborting the transaction: " + cause.text);
  }
  const int64_t start_ns = NowNs();
  while (true) {
    Failure failure;
    {
      const auto guard = client_->Guard("abort_transaction", kCallMsMax);
      failure = Judge(rd_kafka_abort_transaction(client_->handle(), kCallMs));
    }
    if (failure.remedy == Remedy::kNone) break;
    if (failure.remedy == Remedy::kFatal) return Fatal(failure);
    saw_repeat_ = true;
    if (SinceMs(start_ns) > patience_ms_) {
      is_tainted_ = true;
      RETURN_IF_ERROR(delivery_error_);
      return MakeError(absl::StatusCode::kUnavailable,
                       "can't abort the transaction: " + failure.text);
    }
    std::this_thread::sleep_for(kRepeatPause);
  }
  RETURN_IF_ERROR(delivery_error_);
  if (IsFenced(cause.code)) return FencedError();
  RETURN_IF_ERROR(PermanentError(cause.code, "the transaction was refused"));
  return TransactionEnd::kAborted;
}

absl::StatusOr<TransactionEnd> TransactionalProducer::Attempt(const TransactionContent& content) {
  Failure failure;
  {
    const auto guard = client_->Guard("begin_transaction", kCallMsMax);
    failure = Judge(rd_kafka_begin_transaction(client_->handle()));
  }
  if (failure.remedy != Remedy::kNone) return Fatal(failure);
  ASSIGN_OR_RETURN(const bool produced, ProduceAll(content.records));
  if (!produced) return Abort({});
  if (!content.offsets.empty()) {
    failure = SendOffsets(content);
    if (failure.remedy == Remedy::kFatal) return Fatal(failure);
    if (failure.remedy == Remedy::kAbort) return Abort(failure);
  }
  if (failure.remedy == Remedy::kNone) failure = Finish();
  if (failure.remedy == Remedy::kNone) return TransactionEnd::kCommitted;
  if (failure.remedy == Remedy::kFatal) return Fatal(failure);
  // An abort after an EndTxn may succeed by a new epoch alone, whatever became of the commit; and
  // a call that was to be repeated goes on in the client and allows no other.
  if (failure.remedy == Remedy::kAbort && MayStillBeOpen()) return Abort(failure);
  context_->hooks.Log(KafkaLogLevel::kWarning, "a commit's outcome is unknown: " + failure.text);
  is_tainted_ = true;
  return TransactionEnd::kDoubtful;
}

absl::StatusOr<TransactionEnd> TransactionalProducer::Try(const TransactionContent& content) {
  CHECK(!is_tainted_ && (content.offsets.empty() || content.membership != nullptr));
  offsets_after_.fill(-1);
  delivery_error_ = absl::OkStatus();
  saw_repeat_ = false;
  end_requests_before_ = client_->end_transaction_requests();
  const uint64_t transport_before = client_->transport_errors();
  const int64_t start_ns = NowNs();
  auto end = Attempt(content);
  rd_kafka_poll(client_->handle(), 0);  // errors that came meanwhile
  is_tainted_ = is_tainted_ || saw_repeat_ || SinceMs(start_ns) > kSlowCommitMs ||
                client_->transport_errors() != transport_before ||
                client_->end_transaction_requests() > end_requests_before_ + 1;
  return end;
}

}  // namespace vigla
