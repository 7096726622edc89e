package demitasse.tools.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON object. Fields that are missing, or null, read as empty; fields of the wrong type are a
 * {@link DemiException} that names the document.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final String document;
    private final Map<String, Object> fields;

    private JsonObject(String document, Map<String, Object> fields) {
        this.document = document;
        this.fields = fields;
    }

    public static JsonObject empty() {
        return new JsonObject("", new LinkedHashMap<>());
    }

    /** Parses a whole document, which must be one object. Jackson's own limits bound depth and lengths. */
    public static JsonObject parse(byte[] bytes, String document) {
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new DemiException(document + " is not a JSON object");
            }
            JsonObject object = new JsonObject(document, object(parser));
            if (parser.nextToken() != null) {
                throw new DemiException(document + " has something behind its JSON object");
            }
            return object;
        } catch (IOException e) {
            throw new DemiException(document + " is not valid JSON", e);
        }
    }

    /** Adds a field: a string, an integer, a list of strings or of objects, or an object. */
    public JsonObject with(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    public String string(String name) {
        return field(name, String.class, "");
    }

    public long integer(String name) {
        return field(name, Long.class, 0L);
    }

    public JsonObject object(String name) {
        return wrap(field(name, Map.class, Map.of()));
    }

    public List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : field(name, List.class, List.of())) {
            if (!(item instanceof Map)) {
                throw wrong(name);
            }
            objects.add(wrap(item));
        }
        return objects;
    }

    public List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (Object item : field(name, List.class, List.of())) {
            if (!(item instanceof String string)) {
                throw wrong(name);
            }
            strings.add(string);
        }
        return strings;
    }

    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text).useDefaultPrettyPrinter()) {
            write(generator, fields);
        } catch (IOException e) {
            throw new AssertionError("a StringWriter does not fail", e);
        }
        return text.append('\n').toString();
    }

    private <T> T field(String name, Class<T> type, T otherwise) {
        Object value = fields.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!type.isInstance(value)) {
            throw wrong(name);
        }
        return type.cast(value);
    }

    private DemiException wrong(String name) {
        return new DemiException(document + " has a field '" + name + "' of the wrong type");
    }

    @SuppressWarnings("unchecked")
    private JsonObject wrap(Object map) {
        return new JsonObject(document, (Map<String, Object>) map);
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return fields;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> null;
        };
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeFieldName((String) entry.getKey());
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            case List<?> items -> {
                generator.writeStartArray();
                for (Object item : items) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case JsonObject object -> write(generator, object.fields);
            case String string -> generator.writeString(string);
            case Long number -> generator.writeNumber(number);
            case Integer number -> generator.writeNumber(number);
            case null, default -> throw new AssertionError("no JSON for " + value);
        }
    }
}
