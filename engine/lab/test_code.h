// The stable codes of findings in rule tests (engine/rule/diagnostic_codes.h has the others). Cold.
#pragma once

#include "engine/rule/diagnostic_codes.h"

namespace vigla::diagnostic {

inline constexpr DiagnosticCode kTestShape{"VG6001", "a test's key or value is malformed"};
inline constexpr DiagnosticCode kTestTable{"VG6002", "a table of transactions is malformed"};
inline constexpr DiagnosticCode kTestColumn{"VG6003", "a column that transactions don't have"};
inline constexpr DiagnosticCode kTestName{"VG6004", "a test names what isn't there"};
inline constexpr DiagnosticCode kTestValue{"VG6005", "an expected value is not of its type"};
inline constexpr DiagnosticCode kTestTwice{"VG6006", "a test says the same thing twice"};
inline constexpr DiagnosticCode kTestPack{"VG6007", "a test file beside no pack"};

}  // namespace vigla::diagnostic
