// The JSON Schema of packs, made from the table that their reader uses. Cold.
#pragma once

#include <string>

namespace vigla {

// JSON Schema 2020-12 of a pack file, indented, with a line end. It accepts what the reader finds
// no fault with in keys, shapes and plain values (diagnostics VG1011 and VG1101 to VG1107); what
// an expression says is beyond it. Scalars may be typed or quoted, as YAML's own readers give them.
std::string PackSchema();

// Of a file of tests beside a pack.
std::string TestsSchema();

}  // namespace vigla
