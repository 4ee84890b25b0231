package unwrap

import "testing"

func TestTelegramWeb(t *testing.T) {
	check(t, "telegram-web", []example{
		{url: "https://web.telegram.org/k/#?tgaddr=tg%3A%2F%2Fjoin%3Finvite%3DKq7RmxVd9pZ4tLw8", texts: one("tg://join?invite=Kq7RmxVd9pZ4tLw8")},
		{url: "https://web.telegram.org/#/im?tgaddr=tg:%2F%2Fjoin%3Finvite%3DKq7RmxVd9pZ4tLw8", texts: one("tg://join?invite=Kq7RmxVd9pZ4tLw8")},
		{url: "https://web.telegram.org/a/#?tgaddr=https%3A%2F%2Ft.me%2F%2BKq7RmxVd9pZ4tLw8", texts: one("https://t.me/+Kq7RmxVd9pZ4tLw8")},
	}, "https://web.telegram.org/k/", "https://web.telegram.org/k/#@hoolinews", "https://web.telegram.org/#/im?p=@hoolinews")
}
