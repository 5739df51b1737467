package detect

import "strings"

// quietFolders are folders that people do not look into, as Outlook names them
// in the languages that its installations show: RSS feeds, conversation
// history, archive, junk, deleted items, notes, sync issues, outbox, clutter.
// Our own knowledge of Outlook's localised names, folded.
var quietFolders = func() map[string]string {
	m := map[string]string{}
	for _, row := range quietNames {
		for _, n := range strings.Split(row.names, "|") {
			m[fold(n)] = row.kind
		}
	}
	return m
}()

// quietNames are the rows of quietFolders, by kind of folder.
var quietNames = []struct{ kind, names string }{
	{"RSS", "rss|rss feeds|rss feed|rss subscriptions|rss-feeds|rss-abonnements|rss-abonnement|rss feeds1|flux rss|abonnements rss|fuentes rss|fuentes rss1|suscripciones de rss|suscripciones rss|feeds rss|feed rss|rss-feeder|rss-flode|rss-floden|rss-kilder|rss-syotteet|kanaly rss|zrodla danych rss|informacni kanaly rss|rss-hircsatornak|rss akislari|rss akislar|rss-каналы|rss フィード|rss フィート|rss 源|rss 摘要|rss 피드|fontes rss|subscricoes rss|sottoscrizioni rss"},
	{"conversation history", "conversation history|verlauf der unterhaltungen|aufgezeichnete unterhaltungen|unterhaltungsverlauf|historique des conversations|historique de conversation|historial de conversaciones|historico de conversas|historico de conversacoes|cronologia conversazioni|gespreksgeschiedenis|samtalehistorik|konversationshistorik|samtalelogg|samtalshistorik|keskusteluhistoria|historia konwersacji|historie konverzaci|beszelgetesek elozmenyei|konusma gecmisi|журнал бесед|會話記錄|会话历史记录|会話の履歴|대화 내용"},
	{"archive", "archive|archives|archiv|archivo|archivos|archivio|archief|arkiv|arquivo|arquivo morto|arkisto|archiwum|archivum|arsiv|архив|アーカイブ|アーカイフ|存档|封存|보관"},
	{"junk", "junk|junk email|junk e-mail|junk-e-mail|junkemail|spam|junk-e-mails|courrier indesirable|courriers indesirables|email indesirable|correo no deseado|correo electronico no deseado|lixo eletronico|lixo electronico|e-mail de lixo|posta indesiderata|ongewenste e-mail|ongewenst|uonsket e-mail|uonsket mail|uonsket e-post|soppost|skrappost|roskaposti|wiadomosci-smieci|nevyzadana posta|nevyzadana e-mailova posta|levelszemet|onemsiz e-posta|istenmeyen e-posta|нежелательная почта|спам|迷惑メール|垃圾邮件|垃圾郵件|정크 메일"},
	{"deleted items", "deleted items|deleteditems|deleted|trash|bin|geloschte elemente|geloschte objekte|papierkorb|elements supprimes|corbeille|elementos eliminados|papelera|itens excluidos|itens eliminados|lixeira|posta eliminata|elementi eliminati|cestino|verwijderde items|prullenbak|slettet post|slettede elementer|slettemappe|borttaget|borttagna objekt|poistetut|elementy usuniete|odstranena posta|torolt elemek|silinmis ogeler|удаленные|удаленные элементы|削除済みアイテム|已删除邮件|刪除的郵件|지운 편지함"},
	{"notes", "notes|note|notizen|notas|notatki|poznamky|jegyzetek|notlar|notities|anteckningar|notater|muistiinpanot|заметки|メモ|便笺|記事|메모"},
	{"sync issues", "sync issues|conflicts|local failures|server failures|synchronisierungsprobleme|problemes de synchronisation|problemas de sincronizacion|problemas de sincronizacao|problemi di sincronizzazione|synchronisatieproblemen|synkroniseringsproblemer|synkroniseringsproblem|synkroniseringsfel|synkronointiongelmat|problemy z synchronizacja|problemy se synchronizaci|szinkronizalasi problemak|esitleme sorunlari|ошибки синхронизации|同期の失敗|同步问题"},
	{"outbox", "outbox|postausgang|boite d'envoi|bandeja de salida|caixa de saida|posta in uscita|postvak uit|udbakke|utboks|utkorg|lahtevat|skrzynka nadawcza|k odeslani|posta k odeslani|kimeno|giden kutusu|исходящие|送信トレイ|发件箱"},
	{"clutter", "clutter|unerwunschte elemente|pele-mele|otros correos|secondaria|onbelangrijk|rod|rotet|oreda|sekava"},
	{"journal", "journal|diario|dagboek|tagebuch|pamietnik|denik|naplo|gunluk|дневник|履歴"},
	{"quick step settings", "quick step settings|conversation action settings|externalcontacts|yammer root|files|purges|deletions|recoverable items|calendar logging|versions|discoveryholds|substrateholds"},
}

var sentNames = "sent items|sent|sentitems|gesendete elemente|gesendete objekte|elements envoyes|courrier envoye|elementos enviados|itens enviados|posta inviata|elementi inviati|verzonden items|sendt post|sendte elementer|sendt|skickat|skickade objekt|lahetetyt|elementy wyslane|odeslana posta|elkuldott elemek|gonderilmis ogeler|отправленные|送信済みアイテム|已发送邮件|寄件備份|보낸 편지함"

var sentFolders = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Split(sentNames, "|") {
		m[fold(n)] = true
	}
	return m
}()

// folderName is the last part of a folder as recorded: a path with slashes or
// backslashes, or "mailbox:\Folder", in lower case without accents.
func folderName(folder string) string {
	f := strings.TrimRight(strings.TrimSpace(folder), `\/`)
	if i := strings.LastIndexAny(f, `\/`); i >= 0 {
		f = f[i+1:]
	}
	if i := strings.LastIndexByte(f, ':'); i >= 0 {
		f = f[i+1:]
	}
	return fold(strings.TrimSpace(f))
}

// quietFolder says what kind of folder that nobody reads this is, or "". What
// lies below feeds, history or sync issues is as quiet; people do keep folders
// below the archive.
func quietFolder(folder string) string {
	if folder == "" {
		return ""
	}
	name := folderName(folder)
	if k := quietFolders[name]; k != "" {
		return k
	}
	for _, part := range strings.FieldsFunc(folder, func(r rune) bool { return r == '\\' || r == '/' }) {
		switch k := quietFolders[fold(strings.TrimSpace(part))]; k {
		case "RSS", "conversation history", "sync issues":
			return k
		}
	}
	switch {
	case strings.HasPrefix(name, "rss"):
		return "RSS"
	case junkName(name):
		return "unnamed"
	}
	return ""
}

// sentFolder reports whether the folder is Sent Items in any of the languages.
func sentFolder(folder string) bool { return sentFolders[folderName(folder)] }
