package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.outbox.OutboxMessage;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private static final OutboxMessage MESSAGE = new OutboxMessage("id", "topic", null, null, List.of());

    @Test
    void hands_over_in_the_order_of_arrival_and_never_forgets_to_wake() throws InterruptedException {
        int count = 1_000_000;
        Semaphore wakes = new Semaphore(0);
        Mailbox mailbox = new Mailbox(wakes::release);
        Lane lane = new Lane("topic", new CarefulTopics());
        Thread io = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                new Ticket(i, MESSAGE, lane, mailbox).onCompletion(null, null);
            }
        });
        io.start();

        long expected = 0;
        while (expected < count) {
            assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS))
                    .as("woken for %s", expected)
                    .isTrue();
            for (Ticket ticket = mailbox.takeAll(); ticket != null; ticket = ticket.next) {
                if (ticket.number != expected++) {
                    throw new AssertionError("expected " + (expected - 1) + " but got " + ticket.number);
                }
            }
        }
        io.join();
        assertThat(mailbox.takeAll()).isNull();
    }

    @Test
    void wakes_once_for_many() {
        Semaphore wakes = new Semaphore(0);
        Mailbox mailbox = new Mailbox(wakes::release);
        Lane lane = new Lane("topic", new CarefulTopics());
        for (int i = 0; i < 100; i++) {
            mailbox.offer(new Ticket(i, MESSAGE, lane, mailbox));
        }
        assertThat(wakes.availablePermits()).isOne();
    }

    @Test
    void a_ticket_comes_back_once_however_often_kafka_reports_it() {
        Mailbox mailbox = new Mailbox(() -> {});
        Lane lane = new Lane("topic", new CarefulTopics());
        Ticket twice = new Ticket(1, MESSAGE, lane, mailbox);
        twice.complete(new IllegalStateException("thrown by send"));
        new Ticket(2, MESSAGE, lane, mailbox).onCompletion(null, null);
        twice.onCompletion(null, new IllegalStateException("reported by the I/O thread"));

        Ticket first = mailbox.takeAll();
        assertThat(first).isSameAs(twice);
        assertThat(first.error).hasMessage("thrown by send");
        assertThat(first.next.number).isEqualTo(2);
        assertThat(first.next.next).isNull();
    }
}
