package vigla.peers.w1;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the process is, as lines {@code <seconds since 1970> <transactions> <CPU seconds>} in a
 * file, every 50 ms. One for the process: engines make their operators, which find it here.
 */
public final class Progress {
  private static final int EVERY_MS = 50;
  private static final List<Counter> COUNTERS = new CopyOnWriteArrayList<>();

  private Progress() {}

  /** One thread's count of transactions that it has judged the last leg of. */
  public static final class Counter {
    private final AtomicLong count = new AtomicLong();

    public void add() {
      count.setRelease(count.getPlain() + 1); // the one writer
    }
  }

  public static Counter counter() {
    final Counter counter = new Counter();
    COUNTERS.add(counter);
    return counter;
  }

  public static long transactions() {
    long sum = 0;
    for (Counter each : COUNTERS) sum += each.count.getAcquire();
    return sum;
  }

  public static void writeTo(Path file) throws IOException {
    final PrintWriter out = new PrintWriter(Files.newBufferedWriter(file), true);
    final Thread writer = new Thread(() -> run(out), "progress");
    writer.setDaemon(true);
    writer.start();
  }

  private static void run(PrintWriter out) {
    final var process =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (out) {
      while (true) {
        out.printf("%.3f %d %.3f%n", System.currentTimeMillis() / 1e3, transactions(),
            process.getProcessCpuTime() / 1e9);
        Thread.sleep(EVERY_MS);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }
}
