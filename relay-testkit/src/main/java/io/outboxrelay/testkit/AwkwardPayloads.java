package io.outboxrelay.testkit;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Payloads that are easily changed on their way: empty, full of NULs or of what some format escapes, large, JSON with spaces,
 * repeated names and numbers beyond every double. Each stands under an id that says what it is.
 *
 * @param connection autocommit on
 * @param table with the columns {@code id} and {@code payload}
 */
public record AwkwardPayloads(Connection connection, String table) {
    private static final String PLANES = "caf\u00e9 e\u0301 \u6f22\u5b57 \ud83d\ude00 \u200f\ufeff \udbff\udfff";

    /**
     * Inserts all that a type can hold, and a null.
     *
     * @param type {@code bytea}, {@code json}, {@code jsonb}, {@code text} or {@code varchar}
     * @param largeBytes about the size of the largest
     */
    public void insert(String type, int largeBytes) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table
                + " (id, payload) VALUES (?, ?" + (type.equals("bytea") ? "" : "::" + type) + ")")) {
            int count = 0;
            for (Object payload : payloads(type, largeBytes)) {
                insert.setString(1, type + "-" + ++count);
                if (payload instanceof byte[] bytes) {
                    insert.setBytes(2, bytes);
                } else {
                    insert.setString(2, (String) payload);
                }
                insert.execute();
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + table + " (id, payload) VALUES ('" + type + "-null', NULL)");
        }
    }

    /** The bytes that a plain SELECT and the driver's own methods give for every id; null for null. */
    public Map<String, byte[]> ordinarilyRead() throws SQLException {
        Map<String, byte[]> payloads = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id, payload FROM " + table)) {
            boolean bytes = rows.getMetaData().getColumnTypeName(2).equals("bytea");
            while (rows.next()) {
                String text = bytes ? null : rows.getString(2);
                payloads.put(
                        rows.getString(1),
                        bytes ? rows.getBytes(2) : text == null ? null : text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return payloads;
    }

    private static List<Object> payloads(String type, int largeBytes) {
        return switch (type) {
            case "bytea" -> bytes(largeBytes);
            case "json", "jsonb" -> documents(type, largeBytes);
            default -> texts(largeBytes);
        };
    }

    private static List<Object> bytes(int largeBytes) {
        byte[] every = new byte[512];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        byte[] random = new byte[largeBytes];
        new Random(1).nextBytes(random);
        List<Object> all = new ArrayList<>(List.of(new byte[0], new byte[1], new byte[largeBytes], every, random));
        for (String text : List.of("\\x00", "\\000", "\\\\", "'", "\n", "\\N", "\\.\n", PLANES)) {
            all.add(text.getBytes(StandardCharsets.UTF_8));
        }
        // Not UTF-8 at all: half a surrogate, an overlong slash, a lone continuation.
        all.add(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xc0, (byte) 0xaf, (byte) 0x80, (byte) 0xff});
        return all;
    }

    private static List<Object> texts(int largeBytes) {
        StringBuilder controls = new StringBuilder();
        for (char c = 1; c < 0xa0; c++) {
            controls.append(c);
        }
        return List.of(
                "",
                " ",
                "\n\r\t\b\f\u000b\u007f\u0085\u2028",
                "\\N",
                "\\.",
                "\\x00ff",
                "'\"`$1 ? :x {} %s",
                "null",
                controls.toString(),
                PLANES,
                "x".repeat(largeBytes),
                "\ud83d\ude00".repeat(largeBytes / 4));
    }

    private static List<Object> documents(String type, int largeBytes) {
        List<Object> all = new ArrayList<>(List.of(
                "null",
                "\"\"",
                "  [ ]\n",
                "{ \"b\" : 1,\"a\":\t2 , \"aa\":3, \"\":4 }",
                "{\"a\":1,\"a\":2}",
                "\"" + PLANES + "\"",
                "\"\\ud83d\\ude00 \\u00e9 \\/ \\b\\f\\n\\r\\t\\\\ \\\"\"",
                "[0, -0, 0.0, 1.50, 1E2, 1e-7, 12345678901234567890123456789.0123456789]",
                "1e400",
                "-1.7976931348623157e309",
                "[[[[{\"a\":[{}]}]]]]",
                "{\"large\":\"" + "x".repeat(largeBytes - 12) + "\"}"));
        if (type.equals("json")) {
            // Kept as it was written; jsonb cannot hold it.
            all.add("\"\\u0000\"");
        }
        return all;
    }
}
