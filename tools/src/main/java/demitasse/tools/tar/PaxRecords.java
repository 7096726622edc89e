package demitasse.tools.tar;

import demitasse.tools.DemiException;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Extended header records, {@code "LENGTH KEY=VALUE\n"} each (pax(1), "pax Extended Header"). */
final class PaxRecords {
    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final int NS_DIGITS = 9;

    private final String origin;
    private final Map<String, String> values = new HashMap<>();

    PaxRecords(String origin) {
        this.origin = origin;
    }

    /** Takes records over earlier ones; an empty value takes an earlier one away. */
    void add(byte[] records) {
        for (int start = 0; start < records.length;) {
            int space = start;
            while (space < records.length && records[space] >= '0' && records[space] <= '9' && space - start < 8) {
                space++;
            }
            if (space == start || space == records.length || records[space] != ' ') {
                throw damaged();
            }
            int length = Integer.parseInt(new String(records, start, space - start, StandardCharsets.US_ASCII));
            int end = start + length - 1;
            if (end <= space || end >= records.length || records[end] != '\n') {
                throw damaged();
            }
            String record = new String(records, space + 1, end - space - 1, StandardCharsets.ISO_8859_1);
            int equals = record.indexOf('=');
            if (equals <= 0) {
                throw damaged();
            }
            values.put(record.substring(0, equals), record.substring(equals + 1));
            start = end + 1;
        }
        if (values.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
            throw new DemiException(origin + " holds sparse files, which cannot be read");
        }
    }

    void addAll(PaxRecords other) {
        values.putAll(other.values);
    }

    String text(String key, String otherwise) {
        String value = values.get(key);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    long number(String key, long otherwise) {
        String value = text(key, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw damaged();
        }
    }

    /** A decimal time: its whole seconds, rounded down. */
    long seconds(String key, long otherwise) {
        String value = text(key, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        int point = value.indexOf('.');
        try {
            long whole = Long.parseLong(point < 0 ? value : value.substring(0, point));
            return value.startsWith("-") && nanoseconds(key) > 0 ? whole - 1 : whole;
        } catch (NumberFormatException e) {
            throw damaged();
        }
    }

    /** What a decimal time has beyond its whole seconds. */
    int nanoseconds(String key) {
        String value = text(key, "");
        int point = value.indexOf('.');
        if (point < 0) {
            return 0;
        }
        String digits = (value.substring(point + 1) + "0".repeat(NS_DIGITS)).substring(0, NS_DIGITS);
        try {
            int fraction = Integer.parseUnsignedInt(digits);
            return value.startsWith("-") && fraction > 0 ? (int) (NS_PER_SECOND - fraction) : fraction;
        } catch (NumberFormatException e) {
            throw damaged();
        }
    }

    private DemiException damaged() {
        return new DemiException(origin + " is damaged: an extended header cannot be understood");
    }
}
