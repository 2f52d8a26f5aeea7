package io.outboxrelay.debezium.repair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.debezium.decode.MySqlJsonText;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * How a column is asked for, and made what whoever reads the log gets of it. Immutable.
 *
 * @param sql over the table as {@code t}: text in UTF-8, or bytes
 * @param form what is still to be done to it
 */
record MySqlColumn(String sql, Form form) {

    /** What a value is, as the server gives it. */
    private enum Form {
        TEXT,
        /** Ends with as many digits of a second as the column has; the log has none that are zero. */
        TIME,
        JSON,
        BINARY
    }

    /**
     * A column.
     *
     * @param name as the table has it
     * @param dataType the type's bare name
     * @param columnType the whole of it
     * @throws RelayException MISCONFIGURED for a type whose text cannot be had from the log
     */
    static MySqlColumn of(String name, String dataType, String columnType) {
        String column = "t.`" + name.replace("`", "``") + '`';
        return switch (columnType.equals("bit(1)") ? columnType : dataType.toLowerCase(Locale.ROOT)) {
            case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set" ->
                new MySqlColumn("CONVERT(" + column + " USING utf8mb4)", Form.TEXT);
            // Not padded with zeros as its column may say.
            case "tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit(1)" ->
                new MySqlColumn(number(column), Form.TEXT);
            case "decimal" ->
                new MySqlColumn(
                        columnType.contains("zerofill") ? number(column) : "CAST(" + column + " AS CHAR)", Form.TEXT);
            case "date", "time", "datetime", "timestamp" -> new MySqlColumn("CAST(" + column + " AS CHAR)", Form.TIME);
            case "json" -> new MySqlColumn("CONVERT(" + column + " USING utf8mb4)", Form.JSON);
            case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" ->
                new MySqlColumn(column, Form.BINARY);
            default ->
                throw new RelayException(
                        FailureKind.MISCONFIGURED,
                        "column " + name + " is of type " + columnType.toUpperCase(Locale.ROOT)
                                + ", whose text cannot be had from the log",
                        "make it text, JSON, binary, an integer, DECIMAL, or a date and time");
        };
    }

    private static String number(String column) {
        return "CAST(" + column + " + 0 AS CHAR)";
    }

    /** A value as text. */
    String text(byte[] value) {
        return switch (form) {
            case TEXT -> new String(value, UTF_8);
            case TIME -> withoutZeros(new String(value, UTF_8));
            case JSON -> MySqlJsonText.asInLog(new String(value, UTF_8));
            case BINARY -> HexFormat.of().formatHex(value);
        };
    }

    /** A value as a key or a payload. */
    byte[] bytes(byte[] value) {
        return switch (form) {
            case TEXT, BINARY -> value;
            case TIME, JSON -> text(value).getBytes(UTF_8);
        };
    }

    private static String withoutZeros(String time) {
        return time.indexOf('.') < 0 ? time : time.replaceFirst("\\.?0+$", "");
    }
}
