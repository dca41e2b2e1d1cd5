// Totals of one subject, for people and for programs. Cold.
#include "engine/app/inspect_command.h"

#include <cstdio>

#include "engine/app/exit_code.h"
#include "engine/base/json_writer.h"
#include "engine/ledger/lane_state.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

// Sums are 128-bit: they never pass through a base amount.
std::string MoneyText(Int128 micros, CurrencyCode base) {
  return FormatDecimal(micros, 6, MinorUnits(base), 6);
}

void AppendDirection(std::string_view name, const DirectionTotals& totals, CurrencyCode base,
                     JsonWriter* json) {
  json->Key(name)
      .BeginObject()
      .Field("count", totals.count)
      .Field("without_rate", totals.without_rate)
      .Field("sum", MoneyText(totals.sum_micros, base));
  if (totals.count > totals.without_rate) {
    json->Field("min", MoneyText(totals.min_micros, base))
        .Field("max", MoneyText(totals.max_micros, base));
  }
  if (totals.count > 0) {
    json->Field("first", FormatTime(totals.first)).Field("last", FormatTime(totals.last));
  }
  json->EndObject();
}

std::string Json(const SubjectTotals& totals, const std::string& kind, const std::string& id,
                 CurrencyCode base) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field(kind, id).Field("base_currency", base.Text());
  for (const auto& [name, which] :
       {std::pair<std::string_view, const std::array<DirectionTotals, 2>*>{"settled",
                                                                           &totals.settled},
        {"all", &totals.all}}) {
    json.Key(name).BeginObject();
    AppendDirection("debits", (*which)[0], base, &json);
    AppendDirection("credits", (*which)[1], base, &json);
    json.EndObject();
  }
  json.EndObject();
  return out;
}

void PrintTable(const SubjectTotals& totals, CurrencyCode base) {
  std::printf("%-9s %-8s %12s %24s  %-27s  %-27s\n", "legs", "side", "count",
              ("sum " + base.Text()).c_str(), "first", "last");
  for (const auto& [name, which] :
       {std::pair<const char*, const std::array<DirectionTotals, 2>*>{"settled", &totals.settled},
        {"all", &totals.all}}) {
    for (int direction = 0; direction < 2; ++direction) {
      const DirectionTotals& row = (*which)[direction];
      const bool any = row.count > 0;
      std::printf("%-9s %-8s %12lld %24s  %-27s  %-27s\n", name,
                  direction == 0 ? "debits" : "credits", static_cast<long long>(row.count),
                  MoneyText(row.sum_micros, base).c_str(),
                  any ? FormatTime(row.first).c_str() : "-",
                  any ? FormatTime(row.last).c_str() : "-");
    }
  }
}

}  // namespace

int InspectCommand(const Settings& settings, const std::string& kind_name,
                   const std::string& id, const std::string& tenant, bool as_json) {
  const auto kind = ParseSubjectKind(kind_name);
  if (!kind) {
    std::fprintf(stderr, "vigla inspect: '%s' is no subject kind; known are account, party, "
                         "device, card, merchant\n", kind_name.c_str());
    return kExitUsage;
  }
  const std::string& directory = settings.Text("state.dir");
  if (directory.empty()) {
    std::fprintf(stderr, "vigla inspect: name the state with --state DIR or -c FILE\n");
    return kExitUsage;
  }
  auto store = OpenRocksStoreReadOnly(directory);
  if (!store.ok()) {
    std::fprintf(stderr, "vigla inspect: %s\n", std::string(store.status().message()).c_str());
    return absl::IsNotFound(store.status()) ? kExitNoFile : kExitInputOutput;
  }
  Arena arena;
  const std::string subject(*kind == SubjectKind::kAccount ? NormaliseAccount(id, &arena)
                                                           : std::string_view(id));
  const auto totals = InspectSubject(store->get(), *kind, tenant, subject);
  if (!totals.ok()) {
    std::fprintf(stderr, "vigla inspect: %s\n", std::string(totals.status().message()).c_str());
    return absl::IsNotFound(totals.status()) ? kExitNoFile : kExitProofFailed;
  }
  const CurrencyCode base =
      CurrencyCode::Parse(settings.Text("rates.base")).value_or(*CurrencyCode::Parse("EUR"));
  if (as_json) {
    std::printf("%s\n", Json(*totals, kind_name, subject, base).c_str());
  } else {
    PrintTable(*totals, base);
  }
  return kExitOk;
}

}  // namespace vigla
