package vigla.peers.w1;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * W1 without an engine: records from standard input, alerts to standard output. For the check of
 * the core. Legs, and now and then ledgers and tables, go through their bytes and back.
 */
final class FileRun {
  private final Map<String, AccountLedger> ledgers = new HashMap<>();
  private final Map<String, PaidTable> paid = new HashMap<>();
  private final LegJudge judge = new LegJudge();
  private final Leg arrived = new Leg();
  private final OutputStream out = new BufferedOutputStream(System.out, 1 << 20);
  private long legs;

  public static void main(String[] arguments) throws IOException {
    new FileRun().run();
  }

  private void run() throws IOException {
    final LegSplitter splitter = new LegSplitter();
    final long began = System.nanoTime();
    long records = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        new BufferedInputStream(System.in, 1 << 20), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ++records) {
        splitter.split(line.getBytes(StandardCharsets.UTF_8), this::judge);
      }
    }
    out.flush();
    System.err.printf("%d records, %d ns each%n", records,
        (System.nanoTime() - began) / Math.max(1, records));
  }

  private void judge(Leg leg) {
    final byte[] travelled = LegCodec.encode(leg);
    LegCodec.decode(travelled, travelled.length, arrived);
    arrived.account = leg.account;
    final AccountLedger ledger =
        ledgers.computeIfAbsent(arrived.account, account -> new AccountLedger());
    final PaidTable table = paid.computeIfAbsent(arrived.account, account -> new PaidTable());
    final int matches = judge.judge(arrived, ledger, table);
    if (++legs % 7 == 0) {
      ledgers.put(arrived.account, LedgerCodec.decode(LedgerCodec.encode(ledger), 0));
      final byte[] pairs = new byte[PaidTableCodec.size(table)];
      PaidTableCodec.encode(table, pairs, 0);
      paid.put(arrived.account, PaidTableCodec.decode(pairs, 0));
    }
    if (matches == 0) return;
    try {
      out.write(arrived.alert(matches));
      out.write('\n');
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }
}
