package vigla.peers.w1;

import java.util.HashMap;
import java.util.Map;

/** A peer's command line: {@code --name value} pairs. */
public final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  public Arguments(String[] arguments) {
    if (arguments.length % 2 != 0) throw new IllegalArgumentException("--name value pairs");
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--")) throw new IllegalArgumentException(arguments[i]);
      values.put(arguments[i].substring(2), arguments[i + 1]);
    }
  }

  public String text(String name) {
    final String value = values.get(name);
    if (value == null) throw new IllegalArgumentException("--" + name + " is needed");
    return value;
  }

  public int number(String name) {
    return Integer.parseInt(text(name));
  }
}
