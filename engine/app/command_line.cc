// One function a command: its options, and what it runs. Cold.
#include "engine/app/command_line.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <functional>

#include "engine/app/admin_command.h"
#include "engine/app/backtest_command.h"
#include "engine/app/check_command.h"
#include "engine/app/compare_command.h"
#include "engine/app/exit_code.h"
#include "engine/app/explain_command.h"
#include "engine/app/generate_command.h"
#include "engine/app/inspect_command.h"
#include "engine/app/lsp_command.h"
#include "engine/app/rule_loading.h"
#include "engine/app/rules_command.h"
#include "engine/app/run_command.h"
#include "engine/app/schema_command.h"
#include "engine/app/scorecard_command.h"
#include "engine/app/setting.h"
#include "engine/app/test_command.h"
#include "engine/app/tune_command.h"
#include "engine/app/verify_command.h"

namespace vigla {
namespace {

class CommandLine {
 public:
  explicit CommandLine(const ExchangePorts& exchange) : exchange_(exchange) {
    app_.require_subcommand(1);
    AddRun();
    AddCheck();
    AddTest();
    AddBacktest();
    AddRules();
    AddHelp();
    AddExplain();
    AddTune();
    AddCompare();
    AddScorecard();
    AddVerify();
    AddInspect();
    AddLsp();
    AddGenerate();
    AddReload();
    AddStatus();
    AddConfigShow();
    AddSchema();
    AddVersion();
  }

  int Run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? kExitOk : kExitUsage;
    }
    return code_;
  }

 private:
  // Runs the action on the resolved settings, or says what is wrong with them.
  void On(CLI::App* command, std::function<int(const Settings&)> action) {
    command->callback([this, action = std::move(action)] {
      Settings settings;
      code_ = Resolve(&settings) ? action(settings) : kExitConfiguration;
    });
  }

  // Command line over environment over file. False, and the findings on stderr, if any is wrong.
  // With `notes`, a value that is not to be had here is no error; notes go there.
  bool Resolve(Settings* settings, Diagnostics* notes = nullptr) {
    Diagnostics diagnostics;
    if (!config_.empty()) settings->ReadFile(config_, &diagnostics, notes == nullptr);
    settings->ReadEnvironment(environ, &diagnostics);
    for (const std::string& assignment : sets_) settings->Set(assignment, &diagnostics);
    auto set = [&](std::string_view key, const std::vector<std::string>& items) {
      if (items.empty() || items[0].empty()) return;
      settings->SetList(key, items, SettingOrigin::kCommandLine);
    };
    set("input.path", input_);
    set("rules.paths", rules_);
    set("rules.tuning", tuning_);
    set("output.dir", {output_});
    set("state.dir", {state_});
    if (lanes_ >= 0) settings->Set("engine.lanes=" + std::to_string(lanes_), &diagnostics);
    if (notes != nullptr && !diagnostics.HasErrors()) {
      *notes = std::move(diagnostics);
      return true;
    }
    PrintDiagnostics(diagnostics);
    return !diagnostics.HasErrors();
  }

  bool IsJson() const { return format_ == "json"; }

  void AddConfig(CLI::App* command) {
    command->add_option("-c,--config", config_, "Configuration file (YAML)");
    command->add_option("--set", sets_, "Override a setting: a.b=value")->allow_extra_args(false);
  }
  void AddFormat(CLI::App* command) {
    command->add_option("--format", format_, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
  }

  void AddTuning(CLI::App* command) {
    command->add_option("--tuning", tuning_, "Tuning file, or a folder; may be repeated")
        ->allow_extra_args(false);
  }

  void AddRun() {
    CLI::App* run = app_.add_subcommand("run", "Watch transactions");
    AddConfig(run);
    run->add_option("--input", input_, "NDJSON file; may be repeated")->allow_extra_args(false);
    run->add_option("--rules", rules_, "Packs, or folders of them");
    AddTuning(run);
    run->add_option("--output", output_, "Folder for the outputs");
    run->add_option("--state", state_, "Folder of the state (default: OUTPUT/state)");
    run->add_option("--lanes", lanes_, "Threads that own subjects (default: cores - 1)");
    run->add_flag("--until-end", until_end_, "Stop at the end found at the start");
    On(run, [this](const Settings& settings) {
      return RunCommand(settings, until_end_, exchange_);
    });
  }

  void AddCheck() {
    CLI::App* check = app_.add_subcommand("check", "Find every mistake in packs");
    AddConfig(check);
    check->add_option("paths", check_.paths, "Packs, or folders of them (default: rules.paths)");
    check->add_option("--format", check_.format, "text, json, sarif or github")
        ->check(CLI::IsMember({"text", "json", "sarif", "github"}));
    AddTuning(check);
    check->add_option("--deny", deny_, "warnings: they fail the check too")
        ->check(CLI::IsMember({"warnings"}));
    check->add_flag("--fix", check_.fix, "Make the safe changes, in place");
    check->add_option("--explain", check_.explain, "Say what a code means, such as VG2103");
    check->add_option("--today", check_.today, "Take that date for today");
    check->add_option("--budget", check_.budget_bytes, "Most bytes of memory for an account")
        ->check(CLI::Range(int64_t{1}, int64_t{1} << 40));
    check->add_option("--entries-per-day", check_.entries_per_day, "What --budget assumes")
        ->check(CLI::Range(0.0, 1e6));
    // Needs nothing of the place where packs will run: what is missing here is a note.
    check->callback([this] {
      Settings settings;
      Diagnostics notes;
      if (!Resolve(&settings, &notes)) {
        code_ = kExitConfiguration;
        return;
      }
      if (check_.paths.empty()) check_.paths = settings.List("rules.paths");
      check_.deny_warnings = deny_ == "warnings";
      code_ = CheckCommand(settings, check_, std::move(notes));
    });
  }

  void AddRules() {
    CLI::App* rules = app_.add_subcommand("rules", "List rules, their cost, or the fields");
    AddConfig(rules);
    rules->add_option("paths", rules_list_.paths, "Packs, or folders (default: rules.paths)");
    AddTuning(rules);
    rules->add_flag("--cost", rules_list_.cost, "What each rule costs, estimated");
    rules->add_flag("--fields", rules_list_.fields, "Every field that rules may name");
    rules->add_option("--entries-per-day", rules_list_.entries_per_day, "What --cost assumes")
        ->check(CLI::Range(0.0, 1e6));
    rules->add_option("--format", rules_list_.format, "table, json or md")
        ->check(CLI::IsMember({"table", "json", "md"}));
    On(rules, [this](const Settings& settings) { return RulesCommand(settings, rules_list_); });
  }

  void AddHelp() {
    CLI::App* help = app_.add_subcommand("help", "What a code means: help VG2103, help codes");
    help->add_option("topic", topic_, "A code, or codes for all of them")->required();
    help->callback([this] { code_ = HelpCommand(topic_); });
  }

  void AddTest() {
    CLI::App* test = app_.add_subcommand("test", "Run the tests of packs");
    AddConfig(test);
    test->add_option("paths", test_.paths, "Packs, or folders of them")->required();
    AddTuning(test);
    test->add_option("--filter", test_.filter, "Only tests whose name matches (RE2)");
    test->add_option("--junit", test_.junit, "File for a JUnit report");
    test->add_option("--format", test_.format, "How to print the result")
        ->check(CLI::IsMember({"text", "json"}));
    test->add_option("--jobs", test_.jobs, "Tests at a time (default: one a core)")
        ->check(CLI::Range(1, 256));
    test->add_flag("--update", test_.update,
                   "Rewrite what failing tests expect to what the pack says; shows a diff");
    test->add_flag("--mutate", test_.mutate, "Run the tests on mutants of their packs");
    test->add_option("--min-mutation", test_.min_mutation,
                     "Percent of mutants that each pack's tests must kill")
        ->check(CLI::Range(0.0, 100.0));
    test->add_option("--search", test_.search,
                     "Tables to try for a test that kills a surviving mutant; 0: none")
        ->check(CLI::Range(0, 1'000'000));
    On(test, [this](const Settings& settings) { return TestCommand(settings, test_); });
  }

  void AddBacktest() {
    CLI::App* backtest = app_.add_subcommand("backtest", "What rules would have done");
    AddConfig(backtest);
    backtest->add_option("--rules", rules_, "Packs, or folders of them");
    AddTuning(backtest);
    backtest->add_option("--input", backtest_.inputs, "NDJSON files, or kafka:TOPIC@FROM..TO")
        ->required();
    backtest->add_option("--labels", backtest_.labels, "CSV or NDJSON: transaction id, true/false");
    backtest->add_option("--expect", backtest_.expect, "YAML: rule: {at_least: 1, at_most: 20}");
    backtest->add_option("--output", backtest_.output, "Folder for JSON, CSV, HTML and alerts");
    backtest->add_option("--html", backtest_.html, "File for the page");
    backtest->add_option("--format", backtest_.format, "Of stdout: table, json or csv")
        ->check(CLI::IsMember({"table", "json", "csv"}));
    backtest->add_option("--lanes", lanes_, "Threads that own subjects (default: cores - 1)");
    On(backtest, [this](const Settings& settings) {
      return BacktestCommand(settings, backtest_);
    });
  }

  void AddExplain() {
    CLI::App* explain = app_.add_subcommand("explain", "Why a rule did or did not fire");
    AddConfig(explain);
    explain->add_option("--format", format_, "tree or json")
        ->check(CLI::IsMember({"tree", "json"}));
    explain->add_option("--transaction", explain_.transaction, "Its id, or @FILE with a new one")
        ->required();
    explain->add_option("--sequence", explain_.sequence,
                        "Which, where the id has come several times (an alert says its own)");
    explain->add_option("--rule", explain_.rule, "This rule's whole tree (default: all rules)");
    explain->add_option("--rules", rules_, "Packs, or folders of them (default: the active set)");
    AddTuning(explain);
    explain->add_option("--from", explain_.from, "Recorded input, judged from its beginning");
    explain->add_option("--state", state_, "State of a stopped or running instance");
    explain->add_option("--input", input_, "Its input")->allow_extra_args(false);
    explain->add_option("--output", output_, "Folder of its outputs");
    explain->add_option("--entries", explain_.entries, "Entries listed behind each feature")
        ->check(CLI::Range(0, 10'000));
    On(explain, [this](const Settings& settings) {
      explain_.as_json = IsJson();
      explain_.has_rules = !rules_.empty();
      return ExplainCommand(settings, explain_);
    });
  }

  void AddTune() {
    CLI::App* tune = app_.add_subcommand("tune", "What a rule would do at every value");
    AddConfig(tune);
    tune->add_option("rule", tune_.rule, "Id of the rule")->required();
    tune->add_option("--parameter", tune_.parameter, "Parameter of its pack")->required();
    tune->add_option("--rules", rules_, "Packs, or folders of them");
    AddTuning(tune);
    tune->add_option("--input", tune_.inputs, "NDJSON files, or kafka:TOPIC@FROM..TO")
        ->required();
    tune->add_option("--labels", tune_.labels, "CSV or NDJSON of transactions and their truth");
    tune->add_option("--window", tune_.windows, "FEATURE=1h,6h: windows to try as well")
        ->allow_extra_args(false);
    tune->add_option("--value", tune_.values, "Try this value only; may be repeated")
        ->allow_extra_args(false);
    tune->add_option("--from", tune_.from, "Least value (default: the parameter's min)");
    tune->add_option("--to", tune_.to, "Greatest value (default: the parameter's max)");
    tune->add_option("--samples", tune_.samples, "Legs to show on either side of the line")
        ->check(CLI::Range(0, 1000));
    tune->add_option("--lanes", lanes_, "Threads that own subjects (default: cores - 1)");
    tune->add_option("--format", tune_.format, "table, json or csv")
        ->check(CLI::IsMember({"table", "json", "csv"}));
    tune->add_option("--html", tune_.html, "File for a page with plots");
    On(tune, [this](const Settings& settings) { return TuneCommand(settings, tune_); });
  }

  void AddCompare() {
    CLI::App* compare = app_.add_subcommand("compare", "What a change of rules changes");
    AddConfig(compare);
    compare->add_option("old", compare_.before, "Pack, or folder of packs, as it is")->required();
    compare->add_option("new", compare_.after, "Pack, or folder of packs, as it would be")
        ->required();
    AddTuning(compare);
    compare
        ->add_option("--tuning-old", compare_.before_tuning,
                     "Of old instead of --tuning; '' for none; may be repeated")
        ->allow_extra_args(false);
    compare
        ->add_option("--tuning-new", compare_.after_tuning,
                     "Of new instead of --tuning; '' for none; may be repeated")
        ->allow_extra_args(false);
    compare->add_option("--input", compare_.inputs, "NDJSON files, or kafka:TOPIC@FROM..TO")
        ->required();
    compare->add_option("--examples", compare_.examples, "Of each rule and kind of change")
        ->check(CLI::Range(0, 1'000));
    compare->add_option("--output", compare_.output, "Folder for JSON, CSV and HTML");
    compare->add_option("--html", compare_.html, "File for the page");
    compare->add_option("--format", compare_.format, "Of stdout: table, json or csv")
        ->check(CLI::IsMember({"table", "json", "csv"}));
    compare->add_option("--lanes", lanes_, "Threads that own subjects (default: cores - 1)");
    On(compare, [this](const Settings& settings) {
      return CompareCommand(settings, compare_);
    });
  }

  void AddScorecard() {
    CLI::App* card = app_.add_subcommand("scorecard", "Keep, tune or retire, by dispositions");
    card->add_option("--backtest,--alerts", scorecard_.alerts,
                     "JSON of a back-test, or alerts.ndjson of an instance")->required();
    card->add_option("--dispositions", scorecard_.dispositions, "NDJSON")->required();
    card->add_option("--fail-on", scorecard_.fail_on, "Exit 1 at such a verdict or worse")
        ->check(CLI::IsMember({"retire", "tune"}));
    card->add_option("--html", scorecard_.html, "File for the page");
    card->add_option("--format", scorecard_.format, "Of stdout: table, json or csv")
        ->check(CLI::IsMember({"table", "json", "csv"}));
    card->callback([this] { code_ = ScorecardCommand(scorecard_); });
  }

  void AddVerify() {
    CLI::App* verify = app_.add_subcommand("verify", "Prove what was published");
    CLI::App* audit = verify->add_subcommand("audit", "The audit trail and what it names");
    verify->require_subcommand(1);
    AddConfig(audit);
    AddFormat(audit);
    audit->add_option("folder", folder_, "Folder of NDJSON outputs (default: topics of -c)");
    On(audit, [this](const Settings& settings) {
      return VerifyAuditCommand(settings, folder_, IsJson());
    });
  }

  void AddInspect() {
    CLI::App* inspect = app_.add_subcommand("inspect", "Look at the state, read-only");
    AddConfig(inspect);
    AddFormat(inspect);
    inspect->add_option("kind", kind_, "account, party, device, card or merchant")->required();
    inspect->add_option("id", id_, "Its id")->required();
    inspect->add_option("--tenant", tenant_, "Its tenant");
    inspect->add_option("--state", state_, "Folder of the state");
    On(inspect, [this](const Settings& settings) {
      return InspectCommand(settings, kind_, id_, tenant_, IsJson());
    });
  }

  void AddLsp() {
    CLI::App* lsp = app_.add_subcommand("lsp", "Help an editor with packs, over stdio");
    AddConfig(lsp);
    lsp->add_flag("--stdio", stdio_, "What editors add; there is no other way");
    lsp->add_option("--today", lsp_today_, "Take that date for today");
    On(lsp, [this](const Settings& settings) { return LspCommand(settings, lsp_today_); });
  }

  void AddGenerate() {
    CLI::App* generate = app_.add_subcommand("generate", "Make a stream of transactions");
    generate->add_option("--workload", workload_name_, "w1")->check(CLI::IsMember({"w1"}));
    generate->add_option("--seed", workload_.seed, "Same seed, same bytes");
    generate->add_option("--transactions", workload_.transactions, "How many")
        ->check(CLI::Range(int64_t{0}, int64_t{1} << 40));
    generate->add_option("--accounts", workload_.accounts, "Between how many accounts")
        ->check(CLI::Range(int64_t{2}, int64_t{1} << 40));
    generate->add_option_function<double>(
        "--skew", [this](double skew) {
          workload_.skew_thousandths = static_cast<int>(std::lround(skew * 1000));
        },
        "How unequally accounts take part: Zipf's exponent, 0 for all alike (default: w1's own)")
        ->check(CLI::Range(0.0, 2.0));
    generate->add_option_function<std::string>(
        "--start", [this](const std::string& text) {
          const auto start = ParseTime(text);
          if (!start) throw CLI::ValidationError("--start", "no time such as 2026-01-01T08:00:00Z");
          workload_.start = start->time;
        },
        "Time of its beginning; it spans a hundred days (default: 2026-01-01T08:00:00Z)");
    generate->add_option("--output", output_, "File (default: stdout)");
    generate->add_option("--labels", labels_, "File for the labels of injected typologies");
    generate->callback([this] { code_ = GenerateCommand(workload_, output_, labels_); });
  }

  void AddAdmin(CLI::App* command) {
    AddConfig(command);
    AddFormat(command);
    command->add_option("--url", admin_.url, "Its admin address (default: admin.listen of -c)");
  }

  void AddReload() {
    CLI::App* reload = app_.add_subcommand("reload", "Have a running instance reload its rules");
    AddAdmin(reload);
    reload->add_flag("--wait", admin_.wait, "Until the epoch that activates them is committed");
    reload->add_option("--timeout", admin_.timeout_seconds, "Seconds to wait at most")
        ->check(CLI::Range(1, 600));
    On(reload, [this](const Settings& settings) {
      admin_.as_json = IsJson();
      return ReloadCommand(settings, admin_);
    });
  }

  void AddStatus() {
    CLI::App* status = app_.add_subcommand("status", "What a running instance does");
    AddAdmin(status);
    On(status, [this](const Settings& settings) {
      admin_.as_json = IsJson();
      return StatusCommand(settings, admin_);
    });
  }

  void AddConfigShow() {
    CLI::App* config = app_.add_subcommand("config", "Look at the configuration");
    CLI::App* show = config->add_subcommand("show", "Every setting, its value, where it is from");
    config->require_subcommand(1);
    AddConfig(show);
    On(show, [](const Settings& settings) {
      std::fputs(settings.Show().c_str(), stdout);
      return static_cast<int>(kExitOk);
    });
  }

  void AddSchema() {
    CLI::App* schema = app_.add_subcommand("schema", "Print a JSON Schema (2020-12)");
    schema->add_option("name", schema_name_, "Of what")
        ->required()
        ->check(CLI::IsMember(SchemaNames()));
    schema->callback([this] { code_ = SchemaCommand(schema_name_); });
  }

  void AddVersion() {
    CLI::App* version = app_.add_subcommand("version", "Version and semantics");
    AddFormat(version);
    version->callback([this] {
      std::printf(IsJson() ? "{\"version\":\"%s\",\"semantics\":1}\n"
                           : "vigla %s (semantics 1)\n",
                  VIGLA_VERSION);
    });
  }

  const ExchangePorts exchange_;
  CLI::App app_{"Vigla watches transactions: exact windows, evidence, a provable trail."};
  int code_ = kExitOk;
  std::string config_, state_, output_, format_ = "text", folder_, deny_;
  std::vector<std::string> sets_, input_, rules_, tuning_;
  int lanes_ = -1;
  bool until_end_ = false;
  AdminCommandOptions admin_;
  CheckOptions check_;
  RulesOptions rules_list_;
  std::string topic_;
  TestCommandOptions test_;
  BacktestCommandOptions backtest_;
  CompareCommandOptions compare_;
  ScorecardCommandOptions scorecard_;
  ExplainCommandOptions explain_;
  std::string lsp_today_;
  bool stdio_ = false;
  TuneCommandOptions tune_;
  std::string kind_, id_, tenant_, schema_name_;
  WorkloadOptions workload_;
  std::string workload_name_ = "w1", labels_;
};

}  // namespace

int RunCommandLine(int argc, char** argv, const ExchangePorts& exchange) {
  return CommandLine(exchange).Run(argc, argv);
}

}  // namespace vigla
