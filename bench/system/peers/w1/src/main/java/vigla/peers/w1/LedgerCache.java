package vigla.peers.w1;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ledgers as objects in front of an engine's store in RocksDB, the least recently used dropped. Every
 * change is written through, so what is here equals the store, and is lost without harm. Hot.
 */
public final class LedgerCache {
  private final LinkedHashMap<String, AccountLedger> ledgers;

  public LedgerCache(int ledgersMax) {
    ledgers =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, AccountLedger> eldest) {
            return size() > ledgersMax;
          }
        };
  }

  /** Null where it has to be looked for in the store. */
  public AccountLedger get(String account) {
    return ledgers.get(account);
  }

  public void put(String account, AccountLedger ledger) {
    ledgers.put(account, ledger);
  }
}
