package io.outboxrelay.sidecar;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.outboxrelay.debezium.LoggedStatements;

/**
 * Takes what Debezium's reader of MySQL's log says: what it says of statements goes to whom it concerns, and not into the log, as all that
 * somebody has written stands in it; everything else goes where the rest of the log goes. Made by logback, by its name.
 */
public final class StatementAppender extends AppenderBase<ILoggingEvent> {

    @Override
    protected void append(ILoggingEvent event) {
        String reader = event.getMDCPropertyMap().get(LoggedStatements.READER);
        if (!LoggedStatements.heard(reader, event.getMessage(), event.getArgumentArray())) {
            Logger root = ((LoggerContext) getContext()).getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            root.callAppenders(event);
        }
    }
}
