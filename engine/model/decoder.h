// The native JSON form of design.md, 3, read into a Transaction or refused with a reason. Hot.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/model/transaction.h"

namespace vigla {

// Why a record can't be a transaction. The texts of ReasonName are published: do not rename.
enum class RejectCode : uint8_t {
  kNone = 0,
  kEmpty,               // no bytes at all (a tombstone)
  kTooLarge,            // over 1 MiB
  kInvalidUtf8,
  kSyntax,              // not JSON
  kNotAnObject,
  kTrailingBytes,       // bytes after the object
  kDepth,               // nested deeper than 64
  kDuplicateKey,
  kMissingField,
  kWrongType,
  kTooLong,
  kUnknownWord,         // outside a closed vocabulary, such as kind
  kInvalidTime,
  kInvalidDate,
  kInvalidAmount,       // not a plain decimal
  kAmountDigits,        // too many digits before or after the point
  kInvalidCurrency,
  kInvalidCountry,
  kAmountOutOfRange,    // its base amount leaves int64
  kTimeInFuture,        // more than 24 h after the received time
};
inline constexpr int kRejectCodeCount = 21;
std::string_view RejectCodeName(RejectCode code);  // "invalid_time"

struct Rejection {
  RejectCode code = RejectCode::kNone;
  std::string_view field;  // path such as "debtor.country"; "" where no field is to blame
  // What a person reads. Never contains the field's value: rejects are logged and counted.
  std::string Text() const;
};

// Reads one record at a time; holds the parser's buffers. Not thread-safe: one per thread.
class Decoder {
 public:
  static constexpr size_t kRecordBytesMax = 1 << 20;
  static constexpr int kDepthMax = 64;
  static constexpr size_t kPaddingBytes = 64;

  // `hasher` must outlive the decoder.
  explicit Decoder(const KeyedHasher* hasher);
  ~Decoder();

  // On success fills *transaction, whose text lives in `arena`. `record` may be temporary.
  Rejection Decode(std::string_view record, Arena* arena, Transaction* transaction);
  // The same without a copy: the text lives in `record`, too, which is left as it is. After it
  // there are kPaddingBytes writable bytes, which are not.
  Rejection DecodeInPlace(std::string_view record, Arena* arena, Transaction* transaction);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Upper case (ASCII) and without spaces: how an account is told from another.
std::string_view NormaliseAccount(std::string_view account, Arena* arena);

// The hash by which a subject is found; kinds as in SubjectKind. Equal inputs only are equal
// subjects: whoever finds by hash compares the texts as well.
Hash128 IdentityHash(const KeyedHasher& hasher, uint8_t subject_kind, std::string_view tenant,
                     std::string_view id);

}  // namespace vigla
