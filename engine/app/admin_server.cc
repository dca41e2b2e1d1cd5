// civetweb behind four pages. Cold.
#include "engine/app/admin_server.h"

#include <civetweb.h>

#include <string_view>

#include "engine/base/status.h"

namespace vigla {
namespace {

void Answer(mg_connection* connection, int code, std::string_view type, std::string_view body) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\nContent-Type: %.*s\r\nContent-Length: %zu\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
            code, code == 200 ? "OK" : code == 503 ? "Service Unavailable" : "Not Found",
            static_cast<int>(type.size()), type.data(), body.size());
  mg_write(connection, body.data(), body.size());
}

int HandleMetrics(mg_connection* connection, void* view) {
  Answer(connection, 200, "text/plain; version=0.0.4",
         static_cast<InstanceView*>(view)->MetricsText());
  return 200;
}

int HandleStatus(mg_connection* connection, void* view) {
  Answer(connection, 200, "application/json", static_cast<InstanceView*>(view)->StatusJson());
  return 200;
}

// True during a replay too: a supervisor that kills a recovering process never lets it finish.
int HandleLive(mg_connection* connection, void*) {
  Answer(connection, 200, "text/plain", "alive\n");
  return 200;
}

int HandleReady(mg_connection* connection, void* view) {
  const bool ready = static_cast<InstanceView*>(view)->IsReady();
  Answer(connection, ready ? 200 : 503, "text/plain", ready ? "ready\n" : "recovering\n");
  return ready ? 200 : 503;
}

int HandleOther(mg_connection* connection, void*) {
  Answer(connection, 404, "text/plain", "pages: /metrics /livez /readyz /status\n");
  return 404;
}

}  // namespace

class AdminServer::Impl {
 public:
  mg_context* context = nullptr;
  ~Impl() {
    if (context != nullptr) mg_stop(context);
  }
};

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::~AdminServer() = default;

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& listen,
                                                                InstanceView* view) {
  if (!listen.starts_with("127.") && !listen.starts_with("[::1]:")) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "admin.listen must be a loopback address such as 127.0.0.1:9464: the pages "
                     "have no authentication; put a proxy in front to show them elsewhere");
  }
  const char* options[] = {"listening_ports",         listen.c_str(), "num_threads",  "2",
                           "request_timeout_ms",      "5000",         "enable_keep_alive", "no",
                           "max_request_size",        "16384",        nullptr};
  mg_callbacks callbacks{};
  auto impl = std::make_unique<Impl>();
  impl->context = mg_start(&callbacks, nullptr, options);
  if (impl->context == nullptr) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "admin.listen: can't listen on " + listen +
                         "; is another instance using the port?");
  }
  mg_set_request_handler(impl->context, "/metrics$", HandleMetrics, view);
  mg_set_request_handler(impl->context, "/status$", HandleStatus, view);
  mg_set_request_handler(impl->context, "/livez$", HandleLive, view);
  mg_set_request_handler(impl->context, "/readyz$", HandleReady, view);
  mg_set_request_handler(impl->context, "/", HandleOther, view);
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

}  // namespace vigla
