// What can't be read leaves with its reason and its original bytes. Cold.
#pragma once

#include <string>

#include "engine/pipeline/batch.h"

namespace vigla {

// The record for `rejects`: as_json (files) one line of schema vigla.reject.v1; otherwise the
// original value, key and headers, byte for byte, and the reason in headers, under our names and
// under Kafka Connect's. Larger than `bytes_max`: the first 512 KiB, the digest, and a mark.
OutputRecord MakeReject(const InputRecord& input, const Rejection& rejection,
                        const std::string& topic, bool as_json, size_t bytes_max);

}  // namespace vigla
