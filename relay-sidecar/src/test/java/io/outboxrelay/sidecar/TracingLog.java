package io.outboxrelay.sidecar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The relay's own settings of its log, and beside them a file of everything that anything logs.
 *
 * @param everything the file
 * @param jvmOption makes a relay log so
 */
record TracingLog(Path everything, String jvmOption) {

    static TracingLog in(Path directory) throws IOException {
        Path everything = directory.resolve("everything.log");
        Path settings = Files.writeString(directory.resolve("tracing.xml"), """
                <configuration>
                  <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">
                    <filter class="ch.qos.logback.classic.filter.ThresholdFilter"><level>INFO</level></filter>
                    <encoder><pattern>%%level %%logger{0} - %%msg%%n</pattern></encoder>
                  </appender>
                  <appender name="file" class="ch.qos.logback.core.FileAppender">
                    <file>%s</file>
                    <encoder><pattern>%%level %%logger{0} - %%msg%%n%%ex</pattern></encoder>
                  </appender>
                  <logger name="io.outboxrelay"><appender-ref ref="stdout" /></logger>
                  <root level="TRACE"><appender-ref ref="file" /></root>
                </configuration>
                """.formatted(everything));
        return new TracingLog(everything, "-Dlogback.configurationFile=" + settings);
    }
}
