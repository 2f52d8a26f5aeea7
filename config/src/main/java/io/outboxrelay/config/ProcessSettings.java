package io.outboxrelay.config;

import java.time.Duration;
import java.util.Optional;

/**
 * What the process needs to know, whatever its pipelines do. Its text shows no secret.
 *
 * @param drainTimeout how long a stop may take to settle what is in flight, in all pipelines at once
 * @param management where the management server listens; nothing where there is to be none
 * @param logFormat how the log is written
 */
public record ProcessSettings(Duration drainTimeout, Optional<ListenAddress> management, LogFormat logFormat) {}
