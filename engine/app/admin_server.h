// Admin pages on loopback: /metrics, /livez, /readyz, /status, and POST /-/reload. Cold.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/app/metrics_page.h"
#include "engine/app/reload.h"

namespace vigla {

// Serves from threads of its own until destroyed; reads published snapshots only.
class AdminServer {
 public:
  // `listen` is "127.0.0.1:9464" or "[::1]:9464"; any other address is refused. `view` and
  // `reloader` must outlive the server.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& listen,
                                                            InstanceView* view,
                                                            Reloader* reloader);
  ~AdminServer();

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigla
