package io.outboxrelay.config;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.poison.PoisonSettings;
import io.outboxrelay.publish.PublisherSettings;
import io.outboxrelay.route.RouteSettings;

/**
 * Everything that one relay needs to know, validated. Its text shows no secret.
 *
 * @param source how to read the outbox
 * @param route how rows become messages
 * @param poison what becomes of those that can never be published
 * @param publisher how to publish them
 * @param window the bounds of what is in flight
 */
public record PipelineSettings(
        SourceSettings source,
        RouteSettings route,
        PoisonSettings poison,
        PublisherSettings publisher,
        WindowSettings window) {}
