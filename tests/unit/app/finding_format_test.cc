// Findings for programs: JSON, SARIF 2.1.0, GitHub's annotations, each with what it must escape.
#include "engine/app/finding_format.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vigla {
namespace {

using Json = nlohmann::json;

Diagnostics Findings() {
  Diagnostics diagnostics;
  Diagnostic& finding =
      diagnostics.Error("VG2103", {"a folder/p,ü:1.yaml", 3, 7}, "100% wrong:\nthere is no `x`",
                        "did you mean `y`?");
  finding.snippet = "when: x";
  finding.Mend("x", "y");
  LocateMend("1\n2\nwhen: x\n", {0, 2, 4, 12}, &finding);
  diagnostics.Warning("VG5001", {"/abs/q.yaml", 1, 1}, "nothing uses it");
  diagnostics.Note("VG0103", {"c.yaml", 2, 1}, "no variable A");
  diagnostics.Error("VG1108", {}, "no rules were named");
  return diagnostics;
}

TEST(FindingFormat, JsonHasEverything) {
  const Json json = Json::parse(FindingsJson(Findings(), nullptr));
  EXPECT_EQ(json["schema"], "vigla.check.v1");
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["errors"], 2);
  EXPECT_EQ(json["warnings"], 1);
  const Json& first = json["findings"][0];
  EXPECT_EQ(first["severity"], "error");
  EXPECT_EQ(first["mend"]["new_text"], "y");
  EXPECT_EQ(first["mend"]["line"], 3);
  EXPECT_EQ(first["mend"]["column"], 7);
  EXPECT_EQ(first["mend"]["end_column"], 8);
  EXPECT_EQ(json["findings"][2]["severity"], "note");
}

TEST(FindingFormat, SarifHasWhatTheStandardRequires) {
  const Json log = Json::parse(FindingsSarif(Findings()));
  EXPECT_EQ(log["version"], "2.1.0");
  ASSERT_EQ(log["runs"].size(), 1u);
  const Json& run = log["runs"][0];
  const Json& driver = run["tool"]["driver"];
  EXPECT_EQ(driver["name"], "vigla");
  EXPECT_EQ(run["columnKind"], "unicodeCodePoints");
  ASSERT_EQ(run["results"].size(), 4u);
  for (const Json& result : run["results"]) {
    EXPECT_FALSE(result["message"]["text"].get<std::string>().empty());
    const Json& rule = driver["rules"][result["ruleIndex"].get<size_t>()];
    EXPECT_EQ(rule["id"], result["ruleId"]);
    EXPECT_FALSE(rule["help"]["text"].get<std::string>().empty());
  }
  const Json& place = run["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "a%20folder/p%2C%C3%BC%3A1.yaml");
  EXPECT_EQ(place["region"]["startLine"], 3);
  EXPECT_EQ(place["region"]["startColumn"], 7);
  const Json& change = run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
  EXPECT_EQ(change["deletedRegion"]["endColumn"], 8);
  EXPECT_EQ(change["insertedContent"]["text"], "y");
  EXPECT_EQ(run["results"][1]["level"], "warning");
  EXPECT_EQ(run["results"][2]["level"], "note");
  EXPECT_TRUE(run["results"][3]["locations"].empty());
}

TEST(FindingFormat, UrisOfPaths) {
  EXPECT_EQ(FileUri("rules/packs/a.yaml"), "rules/packs/a.yaml");
  EXPECT_EQ(FileUri("/a b"), "file:///a%20b");
}

TEST(FindingFormat, GithubAnnotationsEscapeWhatEndsThem) {
  EXPECT_EQ(FindingsGithub(Findings()),
            "::error file=a folder/p%2Cü%3A1.yaml,line=3,col=7,title=VG2103::"
            "100%25 wrong:%0Athere is no `x` — did you mean `y`?\n"
            "::warning file=/abs/q.yaml,line=1,col=1,title=VG5001::nothing uses it\n"
            "::notice file=c.yaml,line=2,col=1,title=VG0103::no variable A\n"
            "::error title=VG1108::no rules were named\n");
}

}  // namespace
}  // namespace vigla
