// A folder that lives as long as a test. Cold.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace vigla {

class ScratchFolder {
 public:
  // `parent`: where, if it exists; many small files are made faster in memory.
  explicit ScratchFolder(const std::string& parent = "") {
    const bool exists = !parent.empty() && std::filesystem::is_directory(parent);
    std::string name = (exists ? parent : std::filesystem::temp_directory_path().string()) +
                       "/vigla-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no scratch folder";
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Folders on the way are made; the file's path.
  std::string Write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = Path(name);
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace vigla
