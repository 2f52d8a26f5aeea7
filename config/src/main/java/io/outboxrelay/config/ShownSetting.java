package io.outboxrelay.config;

/**
 * One setting as it counts, for people. Holds no secret.
 *
 * @param path its whole key
 * @param value what counts, masked where it is never shown; empty where the setting has none
 * @param origin where that comes from: file, line and column or {@code --set}, with what was filled in there; or why it counts without
 *     having been given
 */
public record ShownSetting(String path, String value, String origin) {}
