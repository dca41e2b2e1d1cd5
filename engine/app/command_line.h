// The command line: verbs first, nouns as arguments, each with what it takes. Cold.
#pragma once

namespace vigla {

// Parses, runs the command, and returns the process's exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace vigla
