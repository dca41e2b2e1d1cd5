// civetweb behind the admin pages. Cold.
#include "engine/app/admin_server.h"

#include <civetweb.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kWaitSecondsDefault = 30;
constexpr int kWaitSecondsMax = 600;

void Answer(mg_connection* connection, int code, std::string_view type, std::string_view body) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\nContent-Type: %.*s\r\nContent-Length: %zu\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
            code, mg_get_response_code_text(connection, code), static_cast<int>(type.size()),
            type.data(), body.size());
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

// The number after `name=` in the query; `otherwise` if there is none.
int QueryNumber(std::string_view query, const char* name, int otherwise) {
  char text[16];
  if (mg_get_var(query.data(), query.size(), name, text, sizeof(text)) < 0) return otherwise;
  int value = otherwise;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

int HandleReload(mg_connection* connection, void* reloader) {
  const mg_request_info* request = mg_get_request_info(connection);
  if (std::string_view(request->request_method) != "POST") {
    Answer(connection, 405, "text/plain", "POST /-/reload[?wait=1][&timeout=SECONDS]\n");
    return 405;
  }
  // A browser names the page that asks: no page has a reason to.
  if (mg_get_header(connection, "Origin") != nullptr) {
    Answer(connection, 403, "text/plain", "not from a browser\n");
    return 403;
  }
  const std::string_view query = request->query_string == nullptr ? "" : request->query_string;
  const int seconds = std::clamp(QueryNumber(query, "timeout", kWaitSecondsDefault), 1,
                                 kWaitSecondsMax);
  const bool waits = QueryNumber(query, "wait", 0) != 0;
  const ReloadAnswer answer = static_cast<Reloader*>(reloader)->Reload(
      "http", std::chrono::seconds(waits ? seconds : 0));
  Answer(connection, answer.HttpCode(), "application/json", answer.json + "\n");
  return answer.HttpCode();
}

int HandleOther(mg_connection* connection, void*) {
  Answer(connection, 404, "text/plain",
         "pages: /metrics /livez /readyz /status, and POST /-/reload\n");
  return 404;
}

// "::1" of "[::1]:9464".
std::string HostOf(std::string_view listen) {
  std::string_view host = listen.substr(0, listen.rfind(':'));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

}  // namespace

class AdminServer::Impl {
 public:
  mg_context* context = nullptr;
  std::string host;
  ~Impl() {
    if (context != nullptr) Stop();
  }

 private:
  // civetweb finds out that it is to stop when somebody connects, or every two seconds.
  void Stop() {
    mg_server_port port{};
    const bool has_port = mg_get_server_ports(context, 1, &port) == 1;
    std::atomic<bool> is_stopped{false};
    std::thread stopping([this, &is_stopped] {
      mg_stop(context);
      is_stopped.store(true, std::memory_order_release);
    });
    while (has_port && !is_stopped.load(std::memory_order_acquire)) {
      char error[128];
      mg_connection* const visit =
          mg_connect_client(host.c_str(), port.port, /*use_ssl=*/0, error, sizeof(error));
      if (visit != nullptr) mg_close_connection(visit);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    stopping.join();
  }
};

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::~AdminServer() = default;

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& listen,
                                                                InstanceView* view,
                                                                Reloader* reloader) {
  if (!listen.starts_with("127.") && !listen.starts_with("[::1]:")) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "admin.listen must be a loopback address such as 127.0.0.1:9464: the pages "
                     "have no authentication; put a proxy in front to show them elsewhere");
  }
  const char* options[] = {"listening_ports",         listen.c_str(), "num_threads",  "8",
                           "request_timeout_ms",      "5000",         "enable_keep_alive", "no",
                           "max_request_size",        "16384",        nullptr};
  mg_callbacks callbacks{};
  auto impl = std::make_unique<Impl>();
  impl->host = HostOf(listen);
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
  mg_set_request_handler(impl->context, "/-/reload$", HandleReload, reloader);
  mg_set_request_handler(impl->context, "/", HandleOther, view);
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

}  // namespace vigla
