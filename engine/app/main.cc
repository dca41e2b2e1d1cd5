// The vigla binary: verbs first, nouns as arguments. Cold.
#include <CLI/CLI.hpp>

#include <cstdio>

#include "engine/app/check_command.h"
#include "engine/app/exit_code.h"
#include "engine/app/generate_command.h"
#include "engine/app/inspect_command.h"
#include "engine/app/rule_loading.h"
#include "engine/app/run_command.h"
#include "engine/app/setting.h"
#include "engine/app/test_command.h"
#include "engine/app/verify_command.h"

namespace vigla {
namespace {

// What every command that reads a configuration takes.
struct Common {
  std::string config;
  std::vector<std::string> sets;
  std::string state, output, format = "text";
  std::vector<std::string> input, rules;
  int lanes = -1;
  bool until_end = false;
};

// Command line over environment over file. False, and the findings on stderr, if any is wrong.
bool Resolve(const Common& common, Settings* settings) {
  Diagnostics diagnostics;
  if (!common.config.empty()) settings->ReadFile(common.config, &diagnostics);
  settings->ReadEnvironment(environ, &diagnostics);
  for (const std::string& assignment : common.sets) settings->Set(assignment, &diagnostics);
  auto set = [&](std::string_view key, const std::vector<std::string>& items) {
    if (!items.empty() && !items[0].empty()) {
      settings->SetList(key, items, SettingOrigin::kCommandLine);
    }
  };
  set("input.path", common.input);
  set("rules.paths", common.rules);
  set("output.dir", {common.output});
  set("state.dir", {common.state});
  if (common.lanes >= 0) settings->Set("engine.lanes=" + std::to_string(common.lanes), &diagnostics);
  PrintDiagnostics(diagnostics);
  return !diagnostics.HasErrors();
}

void AddConfig(CLI::App* command, Common* common) {
  command->add_option("-c,--config", common->config, "Configuration file (YAML)");
  command->add_option("--set", common->sets, "Override a setting: a.b=value")
      ->allow_extra_args(false);
}

void AddFormat(CLI::App* command, Common* common) {
  command->add_option("--format", common->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

int Main(int argc, char** argv) {
  CLI::App app{"Vigla watches transactions: exact windows, evidence, a provable trail."};
  app.require_subcommand(1);
  Common common;
  int code = kExitOk;
  // Runs a command on the resolved settings, or says what is wrong with them.
  auto on = [&](CLI::App* command, std::function<int(const Settings&)> action) {
    command->callback([&common, &code, action = std::move(action)] {
      Settings settings;
      code = Resolve(common, &settings) ? action(settings) : kExitConfiguration;
    });
  };

  CLI::App* run = app.add_subcommand("run", "Watch transactions");
  AddConfig(run, &common);
  run->add_option("--input", common.input, "NDJSON file; may be repeated")->allow_extra_args(false);
  run->add_option("--rules", common.rules, "Packs, or folders of them");
  run->add_option("--output", common.output, "Folder for the outputs");
  run->add_option("--state", common.state, "Folder of the state (default: OUTPUT/state)");
  run->add_option("--lanes", common.lanes, "Threads that own subjects (default: cores - 1)");
  run->add_flag("--until-end", common.until_end, "Stop at the end found at the start");
  on(run, [&](const Settings& settings) { return RunCommand(settings, common.until_end); });

  CLI::App* check = app.add_subcommand("check", "Find every mistake in packs");
  CheckOptions check_options;
  std::string deny;
  AddConfig(check, &common);
  AddFormat(check, &common);
  check->add_option("paths", check_options.paths, "Packs, or folders of them")->required();
  check->add_option("--deny", deny, "warnings: they fail the check too")
      ->check(CLI::IsMember({"warnings"}));
  check->add_option("--today", check_options.today, "Warn of exceptions expired by that date");
  on(check, [&](const Settings& settings) {
    check_options.as_json = common.format == "json";
    check_options.deny_warnings = deny == "warnings";
    return CheckCommand(settings, check_options);
  });

  CLI::App* test = app.add_subcommand("test", "Run the tests of packs");
  TestCommandOptions test_options;
  AddConfig(test, &common);
  test->add_option("paths", test_options.paths, "Packs, or folders of them")->required();
  test->add_option("--filter", test_options.filter, "Only tests whose name matches (RE2)");
  test->add_option("--junit", test_options.junit, "File for a JUnit report");
  on(test, [&](const Settings& settings) { return TestCommand(settings, test_options); });

  CLI::App* verify = app.add_subcommand("verify", "Prove what was published");
  CLI::App* verify_audit = verify->add_subcommand("audit", "The audit trail and what it names");
  verify->require_subcommand(1);
  std::string folder;
  AddConfig(verify_audit, &common);
  AddFormat(verify_audit, &common);
  verify_audit->add_option("folder", folder, "Folder of NDJSON outputs (default: topics of -c)");
  on(verify_audit, [&](const Settings& settings) {
    return VerifyAuditCommand(settings, folder, common.format == "json");
  });

  CLI::App* inspect = app.add_subcommand("inspect", "Look at the state, read-only");
  std::string kind, id, tenant;
  AddConfig(inspect, &common);
  AddFormat(inspect, &common);
  inspect->add_option("kind", kind, "account, party, device, card or merchant")->required();
  inspect->add_option("id", id, "Its id")->required();
  inspect->add_option("--tenant", tenant, "Its tenant");
  inspect->add_option("--state", common.state, "Folder of the state");
  on(inspect, [&](const Settings& settings) {
    return InspectCommand(settings, kind, id, tenant, common.format == "json");
  });

  CLI::App* generate = app.add_subcommand("generate", "Make a stream of transactions");
  WorkloadOptions workload;
  std::string workload_name = "w1", labels;
  generate->add_option("--workload", workload_name, "w1")->check(CLI::IsMember({"w1"}));
  generate->add_option("--seed", workload.seed, "Same seed, same bytes");
  generate->add_option("--transactions", workload.transactions, "How many")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 40));
  generate->add_option("--accounts", workload.accounts, "Between how many accounts")
      ->check(CLI::Range(int64_t{2}, int64_t{1} << 40));
  generate->add_option("--output", common.output, "File (default: stdout)");
  generate->add_option("--labels", labels, "File for the labels of injected typologies");
  generate->callback(
      [&] { code = GenerateCommand(workload, common.output, labels); });

  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  CLI::App* show = config->add_subcommand("show", "Every setting, its value, where it is from");
  config->require_subcommand(1);
  AddConfig(show, &common);
  on(show, [](const Settings& settings) {
    std::fputs(settings.Show().c_str(), stdout);
    return static_cast<int>(kExitOk);
  });

  CLI::App* version = app.add_subcommand("version", "Version and semantics");
  AddFormat(version, &common);
  version->callback([&] {
    if (common.format == "json") {
      std::printf("{\"version\":\"%s\",\"semantics\":1}\n", VIGLA_VERSION);
    } else {
      std::printf("vigla %s (semantics 1)\n", VIGLA_VERSION);
    }
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int parsed = app.exit(error);
    return parsed == 0 ? kExitOk : kExitUsage;
  }
  return code;
}

}  // namespace
}  // namespace vigla

int main(int argc, char** argv) { return vigla::Main(argc, argv); }
