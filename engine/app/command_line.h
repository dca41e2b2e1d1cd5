// The command line: verbs first, nouns as arguments, each with what it takes. Cold.
#pragma once

#include "engine/app/instance_ports.h"

namespace vigla {

// Parses, runs the command, and returns the process's exit code. `exchange` is for benchmarks:
// `run` works with the ports that it leaves.
int RunCommandLine(int argc, char** argv, const ExchangePorts& exchange = nullptr);

}  // namespace vigla
