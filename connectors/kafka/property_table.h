// What is known of Kafka properties beside librdkafka itself: who owns them, what Java calls them.
// Cold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigla {

// A property of librdkafka's own table.
struct KnownProperty {
  std::string name;
  bool consumer = false;
  bool producer = false;
};

// All properties of the linked librdkafka, in its order. Built once; immutable.
const std::vector<KnownProperty>& KnownProperties();
const KnownProperty* FindKnownProperty(std::string_view name);

// Why the exactly-once protocol owns this property, or "" if it may be passed through.
std::string_view OwnedPropertyReason(std::string_view name);

// What a property of the Java client means here, or "" if the name is none of those.
std::string_view JavaPropertyAdvice(std::string_view name);

// True if the value must never be printed.
bool IsSecretProperty(std::string_view name);

}  // namespace vigla
