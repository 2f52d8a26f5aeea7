package io.outboxrelay.config;

/** How the log is written. */
public enum LogFormat {
    /** Lines for people. */
    TEXT,

    /** One JSON object a line, with the fields of the Elastic Common Schema. */
    ECS
}
