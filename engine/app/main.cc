// The vigla binary. Cold.
#include "engine/app/command_line.h"

int main(int argc, char** argv) { return vigla::RunCommandLine(argc, argv); }
