// Writes the schema of packs from the table of keys. Cold.
#include "engine/rule/pack_schema.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json_indent.h"
#include "engine/base/json_writer.h"
#include "engine/rule/pack_keys.h"

namespace vigla {
namespace {

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kNamePattern = "^(?!(true|false|in|this|null)$)[A-Za-z_][A-Za-z0-9_]*$";
constexpr std::string_view kCurrency = "^[A-Z]{3}$";

std::string_view NameOf(PackNode node) {
  switch (node) {
    case PackNode::kPack: return "pack";
    case PackNode::kParameter: return "parameter";
    case PackNode::kList: return "list";
    case PackNode::kFeature: return "feature";
    case PackNode::kRule: return "rule";
    case PackNode::kException: return "exception";
    case PackNode::kOncePer: return "once_per";
    case PackNode::kEvidence: return "evidence";
  }
  return "";
}

class SchemaWriter {
 public:
  explicit SchemaWriter(std::string* out) : json_(out) {}

  void WritePack() {
    Begin("urn:vigla:schema:pack.v1", "Pack",
          "A pack of rules with its parameters, lists, features and tests.");
    WriteMap(PackNode::kPack);
    json_.Key("$defs").BeginObject();
    for (PackNode node : {PackNode::kParameter, PackNode::kList, PackNode::kFeature,
                          PackNode::kRule, PackNode::kException, PackNode::kOncePer,
                          PackNode::kEvidence}) {
      json_.Key(NameOf(node)).BeginObject();
      WriteMap(node);
      json_.EndObject();
    }
    WriteShared();
    json_.EndObject().EndObject();
  }

  void WriteTests() {
    Begin("urn:vigla:schema:tests.v1", "Tests of a pack",
          "Transactions and what must come of them; whatever no test expects must stay silent.");
    json_.Field("type", "object").Key("required").BeginArray().String("tests").EndArray();
    json_.Field("additionalProperties", false);
    json_.Key("properties").BeginObject();
    WriteText("pack", "The pack that is tested; the one beside this file if silent.");
    Begin("tests");
    Types({"array", "null"});
    json_.Key("items");
    Reference("test");
    json_.EndObject().EndObject();
    Begin("$defs");
    WriteShared();
    json_.EndObject().EndObject();
  }

 private:
  void WriteShared() {
    Begin("scalar");
    WriteScalar();
    json_.EndObject();
    Begin("test");
    WriteTest();
    json_.EndObject();
  }

  void Begin(std::string_view id, std::string_view title, std::string_view about) {
    json_.BeginObject()
        .Field("$schema", kDialect)
        .Field("$id", id)
        .Field("title", title)
        .Field("description", about);
  }
  JsonWriter& Begin(std::string_view key) { return json_.Key(key).BeginObject(); }

  void WriteMap(PackNode node) {
    json_.Field("type", "object").Field("additionalProperties", false);
    json_.Key("required").BeginArray();
    for (const KeyInfo* info : KeysOf(node)) {
      if (info->required) json_.String(info->key);
    }
    json_.EndArray().Key("properties").BeginObject();
    for (const KeyInfo* info : KeysOf(node)) {
      Begin(info->key);
      WriteKey(*info);
      json_.EndObject();
    }
    json_.EndObject();
  }

  void WriteKey(const KeyInfo& info) {
    json_.Field("description", info.support == KeySupport::kNotYet
                                   ? std::string(info.about) + " Not supported yet."
                                   : std::string(info.about));
    if (info.support == KeySupport::kNotYet) {
      json_.Key("enum").BeginArray().Bool(false).String("false").EndArray();
      return;
    }
    switch (info.type) {
      case KeyType::kAnything:
        Types({"array", "null"});
        json_.Key("items");
        Reference("test");
        return;
      case KeyType::kInteger:
        Types({"integer", "string"});
        json_.Field("minimum", int64_t{0}).Field("maximum", int64_t{1'000'000});
        json_.Field("pattern", "^(0*[0-9]{1,6}|0*1000000)$");
        return;
      case KeyType::kFlag:
        json_.Key("enum").BeginArray().Bool(true).Bool(false).String("true").String("false");
        json_.EndArray();
        return;
      case KeyType::kDate:
        json_.Field("type", "string").Field("format", "date");
        json_.Field("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
        return;
      case KeyType::kWord:
        json_.Key("enum").BeginArray();
        for (std::string_view word : WordsOf(info)) json_.String(word);
        json_.EndArray();
        return;
      case KeyType::kPackName:
        Types({"string", "number"});
        json_.Field("minimum", int64_t{0});
        json_.Field("pattern", "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$");
        return;
      case KeyType::kNames: return WriteNames();
      case KeyType::kTexts:
        json_.Field("type", "array").Key("items");
        Reference("scalar");
        return;
      case KeyType::kOne:
        json_.Field("$ref", "#/$defs/" + std::string(NameOf(info.child)));
        return;
      case KeyType::kMany:
        Types({"array", "null"});
        json_.Key("items");
        Reference(NameOf(info.child));
        return;
      case KeyType::kNamed: return WriteNamed(NameOf(info.child));
      case KeyType::kNamedExpressions: return WriteNamed("scalar");
      case KeyType::kRates: return WriteRates();
      default: return WriteScalar();
    }
  }

  void Types(const std::vector<std::string_view>& types) {
    json_.Key("type").BeginArray();
    for (std::string_view type : types) json_.String(type);
    json_.EndArray();
  }

  void Reference(std::string_view name) {
    json_.BeginObject().Field("$ref", "#/$defs/" + std::string(name)).EndObject();
  }

  // Any text that is not blank, however YAML's own readers type it.
  void WriteScalar() {
    Types({"string", "number", "boolean"});
    json_.Field("pattern", "[^ \\t\\r\\n]");
  }

  void WriteText(std::string_view key, std::string_view about) {
    Begin(key).Field("description", about);
    WriteScalar();
    json_.EndObject();
  }

  void WriteNames() {
    json_.Key("anyOf").BeginArray();
    Reference("scalar");
    json_.BeginObject().Field("type", "array").Key("items");
    Reference("scalar");
    json_.EndObject().EndArray();
  }

  void WriteNamed(std::string_view of) {
    Types({"object", "null"});
    Begin("propertyNames").Field("pattern", kNamePattern);
    json_.Field("maxLength", int64_t{64}).EndObject();
    json_.Key("additionalProperties");
    Reference(of);
  }

  void WriteRates() {
    json_.Field("type", "object").Key("required").BeginArray().String("base").EndArray();
    Begin("properties");
    Begin("base").Field("type", "string").Field("pattern", kCurrency).EndObject();
    json_.EndObject();
    Begin("patternProperties").Key(kCurrency).BeginObject();
    Types({"string", "number"});
    json_.Field("exclusiveMinimum", int64_t{0});
    json_.Field("pattern", "^(?=.*[1-9])[0-9]{1,6}(\\.[0-9]{1,12})?$");
    json_.EndObject().EndObject();
    json_.Field("additionalProperties", false);
  }

  void WriteTest() {
    json_.Field("type", "object").Key("required").BeginArray();
    json_.String("name").String("expect").EndArray();
    json_.Key("oneOf").BeginArray();
    for (std::string_view either : {"transactions", "like"}) {
      json_.BeginObject().Key("required").BeginArray().String(either).EndArray().EndObject();
    }
    json_.EndArray().Field("additionalProperties", false);
    Begin("properties");
    Begin("name").Field("description", "What is promised, in words; other tests name it by this.");
    Types({"string", "number", "boolean"});
    json_.Field("minLength", int64_t{1}).EndObject();
    Begin("transactions").Field("type", "string");
    json_.Field("description", "A table: columns are field paths, cells between |, blanks absent.");
    json_.EndObject();
    Begin("like").Field("type", "string");
    json_.Field("description", "The name of a test of this file whose transactions are taken.");
    json_.EndObject();
    Begin("with").Field("description", "Columns that every transaction gets instead.");
    Types({"object"});
    json_.EndObject();
    Begin("list_items").Field("description", "Items that lists have in this test as well.");
    Types({"object"});
    json_.EndObject();
    Begin("expect").Field("description", "What must come of which transaction; [] for silence.");
    Types({"array", "null"});
    Begin("items");
    WriteExpectation();
    json_.EndObject().EndObject();
    json_.EndObject();
  }

  void WriteExpectation() {
    json_.Field("type", "object").Key("required").BeginArray().String("at").EndArray();
    json_.Field("additionalProperties", false);
    Begin("properties");
    constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
        {"at", "The transaction's id in the table."},
        {"rule", "The rule, where the pack has more than one."},
        {"folded_into", "The transaction whose alert this match was folded into."},
        {"excepted", "The exception that applied."}};
    for (const auto& [key, about] : kTexts) {
      Begin(key).Field("description", about);
      Types({"string", "number", "boolean"});
      json_.EndObject();
    }
    for (std::string_view key : {"shadow", "rejected", "flagged"}) {
      Begin(key).Field("description", "true, or the rule that it came from.");
      Types({"string", "boolean", "number"});
      json_.EndObject();
    }
    Begin("leg").Field("description", "The role of the leg that is meant.");
    json_.Key("enum").BeginArray().String("debtor").String("creditor").EndArray().EndObject();
    Begin("values").Field("description", "Features and the values that they had.");
    json_.Field("type", "object").EndObject();
    json_.EndObject();
  }

  JsonWriter json_;
};

}  // namespace

std::string PackSchema() {
  std::string json;
  SchemaWriter(&json).WritePack();
  return IndentJson(json);
}

std::string TestsSchema() {
  std::string json;
  SchemaWriter(&json).WriteTests();
  return IndentJson(json);
}

}  // namespace vigla
