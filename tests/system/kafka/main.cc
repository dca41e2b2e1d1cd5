// Runs the tests, or, as a child of the crash tests, the copying that they kill.
#include <gtest/gtest.h>

#include <string_view>

#include "tests/system/kafka/copy_worker.h"

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--copy") {
    return vigla::CopyToEnd(argv[2], argv[3]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
