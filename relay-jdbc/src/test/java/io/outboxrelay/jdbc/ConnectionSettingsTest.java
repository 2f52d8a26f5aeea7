package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionSettingsTest {

    @Test
    void shows_no_secret() {
        ConnectionSettings settings = ConnectionSettings.of(
                "jdbc:postgresql://joe:sesame1@db:5432/shop?user=joe&password=sesame2&sslpassword=sesame3&sslmode=require&unheardOf=sesame4",
                "relay",
                "sesame5");

        assertThat(settings.toString())
                .doesNotContain("sesame")
                .contains("//***@db:5432/shop")
                .contains("user=joe")
                .contains("sslmode=require")
                .contains("username=relay");
        assertThat(settings.urlShown()).doesNotContain("sesame");
    }

    @Test
    void takes_the_password_out_of_other_peoples_messages() {
        ConnectionSettings settings = ConnectionSettings.of("jdbc:postgresql://db/shop", "relay", "sesame");

        assertThat(settings.scrub("no: sesame, sesame")).isEqualTo("no: ***, ***");
    }

    @Test
    void the_rest_of_a_password_behind_an_ampersand_is_masked_too() {
        assertThat(ConnectionSettings.of("jdbc:postgresql://db/shop?password=a1b2&c3d4&ssl=true", null, null)
                        .urlShown())
                .isEqualTo("jdbc:postgresql://db/shop?password=***&***&ssl=true");
    }
}
