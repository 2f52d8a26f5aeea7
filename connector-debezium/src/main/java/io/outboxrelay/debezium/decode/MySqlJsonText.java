package io.outboxrelay.debezium.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.github.shyiko.mysql.binlog.event.deserialization.json.JsonStringFormatter;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * JSON as MySQL's own cast to text gives it, written as whoever reads the log writes its binary form: without blanks, and numbers in
 * digits. What was no JSON before it got into the document, a {@code NOW()} say, does not show in the text, and stays as MySQL writes it.
 */
public final class MySqlJsonText {

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Beyond these a binary fraction does not give back the digits of a decimal one. */
    private static final int DOUBLE_DIGITS_MAX = 17;

    private MySqlJsonText() {}

    /**
     * The text that the log gives.
     *
     * @throws RelayException BUG where it is no JSON, which MySQL does not store
     */
    public static String asInLog(String text) {
        JsonStringFormatter written = new JsonStringFormatter();
        try (JsonParser parser = JSON.createParser(text)) {
            @Nullable JsonToken before = null;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (isFollowed(before) && !token.isStructEnd()) {
                    written.nextEntry();
                }
                write(parser, token, written);
                before = token;
            }
            return written.getString();
        } catch (IOException e) {
            throw new RelayException(Failure.of(
                    FailureKind.BUG, "MySQL gave JSON that is none", "report this with the column's type", e));
        }
    }

    /** Whether something that comes behind it in the same array or object takes a comma. */
    private static boolean isFollowed(@Nullable JsonToken token) {
        return token != null && (token.isStructEnd() || token.isScalarValue());
    }

    private static void write(JsonParser parser, JsonToken token, JsonStringFormatter written) throws IOException {
        switch (token) {
            case START_OBJECT -> written.beginObject(0);
            case END_OBJECT -> written.endObject();
            case START_ARRAY -> written.beginArray(0);
            case END_ARRAY -> written.endArray();
            case FIELD_NAME -> written.name(parser.currentName());
            case VALUE_STRING -> written.value(parser.getText());
            case VALUE_NUMBER_INT -> written.value(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> number(parser.getText(), written);
            case VALUE_TRUE, VALUE_FALSE -> written.value(token == JsonToken.VALUE_TRUE);
            default -> written.valueNull();
        }
    }

    /** A DOUBLE, or a DECIMAL, which keeps its digits as they are: no DOUBLE ends with a zero but the one of {@code 1.0}. */
    private static void number(String text, JsonStringFormatter written) {
        boolean scientific = text.indexOf('e') >= 0 || text.indexOf('E') >= 0;
        BigDecimal exact = new BigDecimal(text);
        boolean ofDecimal =
                !scientific && (exact.precision() > DOUBLE_DIGITS_MAX || (text.endsWith("0") && (exact.scale() != 1)));
        if (ofDecimal) {
            written.value(exact);
        } else {
            written.value(Double.parseDouble(text));
        }
    }
}
