package vigla.peers.w1;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/**
 * Reads a native record by Jackson's streaming parser: no tree, no copy of what W1 doesn't look at.
 * Hot; one per thread. It accepts what the reference stream holds; on anything else that the native
 * form allows and W1 would have to treat (a time with an offset, a bare date) it throws.
 */
final class TransactionReader {
  private final JsonFactory factory =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  void read(byte[] record, Transaction into) throws IOException {
    into.clear();
    try (JsonParser json = factory.createParser(record)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not an object");
      }
      for (String name; (name = json.nextFieldName()) != null; ) readField(name, json, into);
    }
    if (!into.isComplete()) throw new IllegalArgumentException("a required field is missing");
  }

  private static void readField(String name, JsonParser json, Transaction into)
      throws IOException {
    switch (name) {
      case "id" -> into.id = json.nextTextValue();
      case "time" -> {
        json.nextToken();
        into.time =
            Texts.time(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
      }
      case "amount" -> {
        json.nextToken();
        into.amount =
            Texts.amount(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
      }
      case "currency" -> into.currency = json.nextTextValue();
      case "channel" -> into.channel = json.nextTextValue();
      case "debtor" -> readDebtor(json, into);
      case "creditor" -> readCreditor(json, into);
      case "tenant", "time_precision" -> throw new IllegalArgumentException("not in W1: " + name);
      default -> skip(json);
    }
  }

  private static void readDebtor(JsonParser json, Transaction into) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) return;
    for (String name; (name = json.nextFieldName()) != null; ) {
      switch (name) {
        case "account" -> into.debtor = account(json);
        case "country" -> into.debtorCountry = json.nextTextValue();
        default -> skip(json);
      }
    }
  }

  private static void readCreditor(JsonParser json, Transaction into) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) return;
    for (String name; (name = json.nextFieldName()) != null; ) {
      switch (name) {
        case "account" -> into.creditor = account(json);
        case "country" -> into.creditorCountry = json.nextTextValue();
        default -> skip(json);
      }
    }
  }

  private static String account(JsonParser json) throws IOException {
    final String text = json.nextTextValue();
    return text == null || text.isEmpty() ? null : Texts.account(text);
  }

  private static void skip(JsonParser json) throws IOException {
    json.nextToken();
    json.skipChildren();
  }
}
