// A pack's named lists, as the operator `in` looks them up. Hot (ListContains).
#pragma once

#include "engine/base/hash.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Fills what ListContains reads from list->items. False if an item is no value of the list's
// type; *bad_item then says which. Accounts are normalised by the caller.
bool SealList(NamedList* list, const KeyedHasher& hasher, std::string* bad_item);

// `value` must be known. Accounts are found by text where it is at hand, else by hash.
bool ListContains(const NamedList& list, const Value& value);
// The same for a literal list, and for a value that is itself a list.
bool LiteralContains(const LiteralList& list, const Value& value);
bool ItemsContain(const Value& items, const Value& value);

}  // namespace vigla
