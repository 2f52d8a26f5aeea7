package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoOptionsTest {
    @Test
    void without_options_it_goes_on_at_a_pace_that_can_be_watched() throws Exception {
        assertThat(parse()).isEqualTo(new DemoOptions(1_000_000, true, 8, 200, false, SourceKind.POLLING));
    }

    @Test
    void with_a_number_of_events_it_goes_as_fast_as_it_can() throws Exception {
        assertThat(parse("--events", "20000"))
                .isEqualTo(new DemoOptions(20_000, false, 8, 0, false, SourceKind.POLLING));
    }

    @Test
    void a_value_may_follow_an_equals_sign() throws Exception {
        assertThat(parse("--events=5", "--writers=3", "--rate=7", "--plain"))
                .isEqualTo(new DemoOptions(5, false, 3, 7, true, SourceKind.POLLING));
    }

    @Test
    void the_outbox_is_read_from_the_log_where_that_is_asked_for() throws Exception {
        assertThat(parse("--source", "debezium").source()).isEqualTo(SourceKind.DEBEZIUM);
        assertThat(parse("--source=polling").source()).isEqualTo(SourceKind.POLLING);
        assertThat(parse("--source", "debezium", "--database", "mysql").source())
                .isEqualTo(SourceKind.DEBEZIUM_ON_MYSQL);
        assertThat(parse("--database=postgresql").source()).isEqualTo(SourceKind.POLLING);
    }

    @Test
    void polling_mysql_is_refused_with_what_works() {
        assertThatThrownBy(() -> parse("--source", "polling", "--database", "mysql"))
                .hasMessage(
                        "polling reads PostgreSQL only, so far; MySQL's log is read with --source debezium --database mysql");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --evnts=5        | there is no option --evnts=5; there are --events N, --writers N, --rate N, --source KIND, --database KIND, --plain and --help
            --plain=yes      | there is no option --plain=yes; there are --events N, --writers N, --rate N, --source KIND, --database KIND, --plain and --help
            20000            | there is no option 20000; there are --events N, --writers N, --rate N, --source KIND, --database KIND, --plain and --help
            --events         | --events needs a number, as in --events 100
            --events=        | --events takes a number from 1 to 1000000, not ''
            --events=0       | --events takes a number from 1 to 1000000, not '0'
            --events=1000001 | --events takes a number from 1 to 1000000, not '1000001'
            --events=99999999999999999999 | --events takes a number from 1 to 1000000, not '99999999999999999999'
            --writers=65     | --writers takes a number from 1 to 64, not '65'
            --source=log     | --source takes polling or debezium, not 'log'
            --source         | --source needs a kind, as in --source debezium
            --database=maria | --database takes postgresql or mysql, not 'maria'
            --database       | --database needs a kind, as in --database mysql
            --rate=-3        | --rate takes a number from 1 to 100000, not '-3'
            """)
    void what_is_wrong_is_answered_by_what_is_right(String argument, String message) {
        assertThatThrownBy(() -> parse(argument)).hasMessage(message);
    }

    private static DemoOptions parse(String... arguments) throws DemoOptions.UsageException {
        return DemoOptions.parse(List.of(arguments));
    }
}
