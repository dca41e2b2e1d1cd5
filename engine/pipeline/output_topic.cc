// Names of the output topics; published: do not rename. Cold.
#include "engine/pipeline/ports.h"

namespace vigla {

std::string_view OutputTopicName(OutputTopic topic) {
  switch (topic) {
    case OutputTopic::kAlerts:
      return "alerts";
    case OutputTopic::kAlertsShadow:
      return "alerts.shadow";
    case OutputTopic::kAudit:
      return "audit";
    case OutputTopic::kJournal:
      return "journal";
    case OutputTopic::kRules:
      return "rules";
    case OutputTopic::kRejects:
      return "rejects";
  }
  return "";
}

}  // namespace vigla
