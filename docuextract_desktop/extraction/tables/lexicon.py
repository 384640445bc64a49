"""Words that tables print, in the languages that we know: names of columns, totals, carried-over sums.

All are compared folded: lower case, without accents, spaces and punctuation, so that "Art.-Nr." and "ART NR" are one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_DROPPED = re.compile(r"[^0-9a-z%#]+")
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "№": "no", "°": "o"})


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """`text` in lower case without accents, spaces and punctuation; "%" and "#" stay."""
    if text.isascii():
        return _DROPPED.sub("", text.lower())
    text = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL))
    return _DROPPED.sub("", "".join(c for c in text if not unicodedata.combining(c)))


ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "position": (
        "pos", "position", "posnr", "posno", "lfdnr", "nr", "no", "#", "line", "lineno", "ln", "sno", "srno", "slno",
        "itemno", "item#", "line#", "ligne", "nro", "num", "linea", "riga", "regel", "linha", "zeile", "lp", "poz",
        "numero", "rang", "n", "c", "polozka", "punkt", "rnr", "rb",
    ),
    "article": (
        "artikel", "item", "items", "produkt", "product", "articulo", "articolo", "artigo", "produit", "producto", "prodotto",
        "produto", "artnr", "artikelnr", "artikelnummer", "artikelno", "article", "articleno", "articlenumber", "artno", "sku",
        "itemcode", "itemnumber", "itemid", "productcode", "productno", "productnumber", "productid", "partno",
        "partnumber", "stockcode", "code", "codes", "material", "materialnr", "materialnummer", "referenz", "referenzen",
        "reference", "ref", "refno", "referencia", "referenze", "codice", "codart", "codicearticolo", "codigo",
        "artikelcode", "productnr", "produktnr", "produktnummer", "bestellnr", "bestellnummer", "ean", "gtin", "upc",
        "isbn", "id", "unsereartnr", "ihreartnr", "artnrkunde", "artnrlief", "artnrlieferant", "varenr", "varenummer",
        "artikelid", "indeks", "kod", "cod", "codeart", "refarticle", "refproduit", "codearticle", "codeproduit",
        "serialno", "serialnumber", "seriennummer", "hscode", "hsn", "hsnsac", "hsnsaccode", "pnr", "model", "catno",
        "catalogno", "referencenumber", "codprod", "codigoarticulo", "codartigo", "referencias", "artnummer", "ean13",
    ),
    "description": (
        "description", "descriptions", "itemdescription", "productdescription", "item", "items", "product", "products",
        "productname", "itemname", "article", "articledescription", "service", "services", "details", "detail",
        "particulars", "goods", "goodsdescription", "descriptionofgoods", "goodsandservices", "productservice",
        "servicedescription", "descriptionofservices", "itemanddescription", "itemdetails", "name", "activity", "task",
        "work", "workdescription", "subject", "title", "beschreibung", "bezeichnung", "artikel", "artikelbezeichnung",
        "artikelbeschreibung", "produkt", "produktbezeichnung", "produktbeschreibung", "leistung", "leistungen",
        "leistungsbeschreibung", "leistungsart", "warenbezeichnung", "text", "posten", "tatigkeit", "gegenstand", "ware",
        "artbezeichnung", "bezeichnungderleistung", "benennung", "designation", "designations", "libelle", "libelles",
        "prestation", "prestations", "produit", "produits", "descriptif", "intitule", "designationdesprestations",
        "descripcion", "concepto", "conceptos", "articulo", "articulos", "producto", "productos", "servicio", "detalle",
        "detalles", "denominacion", "descrizione", "descrizionearticolo", "articolo", "articoli", "prodotto", "prodotti",
        "servizio", "prestazione", "descrizionedeibeni", "descrizionebeniservizi", "oggetto", "omschrijving",
        "artikelomschrijving", "productomschrijving", "dienst", "dienstverlening", "werkzaamheden", "descricao",
        "designacao", "artigo", "produto", "produtos", "servico", "descricaodoproduto", "beskrivelse", "beskrivning",
        "benamning", "varebetegnelse", "tekst", "opis", "nazwa", "nazwatowaru", "nazwatowarulubuslugi", "popis",
        "oznaceni", "nazev", "kuvaus", "tuote", "naziv", "megnevezes", "denumire", "materialbeschreibung",
        "verwendungszweck", "buchungstext", "vorgang", "transaction", "transactiondetails", "narrative", "memo", "payee",
        "libelleoperation", "operation", "operations", "natureoperation", "causale", "movimento", "movimenti", "historico",
        "lancamento", "omschrijvingtransactie", "descriptionservice", "bezeichnungartikel", "artikeltext", "program",
        "programme", "inventorycode", "descrizioneprodotto", "descripciondelarticulo", "descripciondelproducto",
    ),
    "quantity": (
        "quantity", "qty", "qnty", "quant", "qtyhrs", "hoursqty", "qtyordered", "qtyshipped", "shippedqty", "orderedqty",
        "orderqty", "invoicedqty", "billedqty", "units", "pcs", "pieces", "hours", "hrs", "days", "nights", "count",
        "numberof", "volume", "menge", "anzahl", "stuck", "stk", "stck", "stuckzahl", "stunden", "std", "tage", "anz",
        "bestellmenge", "liefermenge", "quantite", "quantites", "qte", "qtes", "qt", "nombre", "nb", "heures", "jours",
        "cantidad", "cantidades", "cant", "cantid", "uds", "udes", "unidades", "ctd", "horas", "cdad", "ud", "quantita",
        "qta", "qt", "ore", "pezzi", "nrpezzi", "aantal", "aant", "hoeveelheid", "stuks", "uren", "quantidade", "qtd", "qtde",
        "quantid", "antal", "antall", "stycken", "timmar", "ilosc", "mnozstvi", "pocet", "maara", "kpl", "kolicina",
        "mennyiseg", "cantitate", "mengestk", "mengeeinheit", "qtyunit", "quantityunit", "totalqty", "spots", "totalspots",
        "fakturiertemenge", "geliefertemenge", "deliveredqty", "deliveredquantity", "orderedquantity",
        "quantityordered", "quantityshipped", "dauer", "duration",
    ),
    "unit": (
        "unit", "uom", "um", "unitofmeasure", "measure", "einheit", "einh", "mengeneinheit", "mengeinheit", "me", "unite",
        "unidad", "unita", "unitamisura", "unitadimisura", "eenheid", "unidade", "un", "enhet", "enhed", "jm", "jednotka",
        "mj", "yksikko", "pack", "packung", "vpe", "gebinde", "pkg", "package", "meng", "verpackung",
    ),
    "unit_price": (
        "unitprice", "priceperunit", "priceunit", "price", "unitcost", "cost", "rate", "rates", "unitrate", "hourlyrate",
        "ratehr", "ratehour", "each", "eachprice", "priceeach", "costeach", "unitamount", "unitvalue", "netprice",
        "netunitprice", "unitnetprice", "unitpricenet", "listprice", "itemprice", "salesprice", "sellingprice", "uprice",
        "priceper", "perunit", "charge", "einzelpreis", "einzelpr", "einzelpreisnetto", "nettoeinzelpreis", "epreis", "ep",
        "stuckpreis", "preis", "nettopreis", "preisnetto", "preiseinheit", "preiseinh", "preisproeinheit", "preisprostuck",
        "preisje", "preisjeeinheit", "einheitspreis", "stundensatz", "satz", "verkaufspreis", "vkpreis", "grundpreis",
        "einzelbetrag", "einzel", "ekpreis", "listenpreis", "prixunitaire", "prixunitaireht", "prixuht", "prixu", "pu",
        "puht", "pun", "prix", "prixht", "prixunit", "prixunitht", "tarif", "tauxhoraire", "prixunitairenet", "punet",
        "coutunitaire", "preciounitario", "precio", "punitario", "prunit", "pvunit", "precioud", "preciounidad", "punit", "preciou", "pvp", "tarifa",
        "importeunitario", "preciouni", "preciounit", "prezzo", "prezzounitario", "prezzounit", "pzounitario",
        "prunitario", "costounitario", "prezzou", "importounitario", "prunit", "tariffa", "prijs", "stukprijs",
        "eenheidsprijs", "prijsperstuk", "prijsstuk", "prijsexcl", "prijspereenheid", "tarief", "uurtarief", "preco",
        "precounitario", "precounit", "valorunitario", "vlrunit", "valorunit", "vunit", "precoun", "vlrunitario", "apris",
        "pris", "styckpris", "enhetspris", "enhedspris", "stkpris", "prisst", "cena", "cenajedn", "cenajednostkowa",
        "cenanetto", "cenazamj", "jednotkovacena", "hinta", "ahinta", "yksikkohinta", "egysegar", "pretunitar",
        "cenajednostkowanetto", "pricenet", "priceexvat", "priceexclvat", "unitpriceexvat", "unitpriceexclvat",
        "spotrate", "costperunit", "pricepiece", "pricepc", "preisstk", "preisstuck", "epnetto", "einzelpreiseur",
    ),
    "price_basis": ("pe", "priceunits", "preisbasis", "preisbasismenge", "basismenge", "basisqty", "pricebasis", "preispro"),
    "discount": (
        "discount", "disc", "disc%", "discount%", "discountamount", "rabatt", "rabatt%", "rab", "rab%", "rabattin%",
        "nachlass", "nachlass%", "remise", "rem", "rem%", "remise%", "descuento", "dto", "dto%", "desc", "desc%", "dcto",
        "sconto", "sc", "sc%", "sconto%", "korting", "korting%", "desconto", "desconto%", "desc%", "rabat", "sleva",
        "alennus", "ale%", "allowance", "%disc", "zuabschlag",
    ),
    "tax_rate": (
        "vat", "vat%", "vatrate", "tax", "tax%", "taxrate", "taxcode", "vatcode", "gst", "gst%", "gstrate", "mwst",
        "mwst%", "mwstsatz", "mwstin%", "ust", "ust%", "ustsatz", "ustin%", "umsatzsteuer", "steuer", "steuer%",
        "steuersatz", "steuersatz%", "st", "stsatz", "mehrwertsteuer", "ustsatz%", "tva", "tva%", "tauxtva", "tauxdetva",
        "taux", "iva", "iva%", "tipoiva", "tipo", "aliquota", "aliq", "aliquotaiva", "aliqiva", "%iva", "btw", "btw%",
        "btwtarief", "btwpercentage", "taxaiva", "taxa", "moms", "moms%", "momssats", "mva", "mva%", "vatstawka",
        "stawkavat", "dph", "dph%", "sazbadph", "alv", "alv%", "%tva", "%vat", "%mwst", "%ust", "codiva", "iva/igic",
        "salestax", "hst", "pst", "taxed", "taxable", "t", "steuerschl", "mwstkz", "afa", "igst", "cgst", "sgst",
    ),
    "tax_amount": (
        "vatamount", "amountvat", "taxamount", "vatvalue", "mwstbetrag", "ustbetrag", "steuerbetrag", "umsatzsteuerbetrag",
        "montanttva", "cuotaiva", "importeiva", "cuota", "importoiva", "imposta", "btwbedrag", "valoriva", "valordoiva",
        "momsbelopp", "momsbelob", "kwotavat", "vateur", "mwsteur", "gstamount", "taxtotal",
    ),
    "tax_base": (
        "taxbase", "taxableamount", "basisbetrag", "steuerbasisbetrag", "steuerbasis", "bemessungsgrundlage", "baseht",
        "baseimponible", "imponibile", "grondslag", "basetva", "warenwert", "base", "grundbetrag", "netamout",
        "vatbase", "taxable",
    ),
    "amount": (
        "amount", "amounts", "lineamount", "linetotal", "linenet", "linetotalnet", "netamount", "amountnet", "nettotal",
        "totalnet", "totalamount", "total", "totals", "totalprice", "totalcost", "totalvalue", "itemtotal", "subtotal",
        "extendedprice", "extendedamount", "extprice", "extamount", "extension", "extended", "ext", "sum", "value",
        "netvalue", "linevalue", "amountdue", "amountexvat", "amountexclvat", "totalexvat", "totalexclvat", "net",
        "amountexcludingvat", "lineamountexclvat", "totalline", "pricetotal", "betrag", "betrage", "gesamt",
        "gesamtpreis", "gesamtpreisnetto", "gesamtnetto", "nettogesamt", "gesamtbetrag", "gesamtbetragnetto", "gpreis",
        "gp", "gesamtsumme", "summe", "summenetto", "nettosumme", "nettobetrag", "betragnetto", "nettowert", "netto",
        "entgelt", "wert", "positionsbetrag", "positionssumme", "positionspreis", "positionswert", "zeilenbetrag",
        "zeilensumme", "rechnungsbetrag", "positionsbetragohneust", "warenwertnetto", "gesamtwert", "totalnetto",
        "montant", "montantht", "montantnet", "montantnetht", "montanttotal", "totalht", "prixtotal", "prixtotalht",
        "totalligne", "mtht", "mt", "mntht", "sommeht", "totalhorstaxe", "totalhorstaxes", "valeur", "nettot", "netht",
        "importe", "importes", "importetotal", "totallinea", "totalneto", "importeneto", "preciototal", "ptotal", "neto",
        "subtotales", "importo", "importototale", "importonetto", "totale", "totaleriga", "prezzototale", "totalenetto",
        "netto", "valore", "importoriga", "bedrag", "totaal", "totaalbedrag", "regeltotaal", "bedragexcl", "totaalexcl",
        "nettobedrag", "totaalprijs", "regelbedrag", "bedragexclbtw", "totaalexclbtw", "valor", "valortotal", "precototal",
        "montante", "vlrtotal", "valorliquido", "totalliquido", "liquido", "vtotal", "totalsemiva", "belopp", "belob",
        "summa", "sum", "ialt", "belopsum", "wartosc", "wartoscnetto", "kwota", "cenacelkem", "celkem", "castka",
        "yhteensa", "summaeur", "osszeg", "nettoertek", "valoare", "iznos", "grossamount", "spotamount", "billed",
        "chargedamount", "charges", "amountcharged", "sales", "totaleur", "betrageur", "gesamteur", "amounteur",
    ),
    "gross": (
        "gross", "grosstotal", "totalinclvat", "totalincvat", "amountinclvat", "totalincl", "brutto", "bruttobetrag",
        "gesamtbrutto", "bruttopreis", "bruttosumme", "betragbrutto", "totalttc", "montantttc", "ttc", "prixttc",
        "totalcontva", "totalconiva", "totalivaincl", "totaleivato", "totaleivainclusa", "totaalincl", "totaalinclbtw",
        "bedraginclbtw", "totalcomiva", "wartoscbrutto", "inclbtw", "inklmwst", "bruto",
    ),
    "date": (
        "date", "datum", "dates", "fecha", "data", "dato", "day", "leistungsdatum", "lieferdatum", "servicedate",
        "deliverydate", "shipdate", "shipmentdate", "buchungstag", "buchungsdatum", "buchung", "bookingdate",
        "transactiondate", "postingdate", "transdate", "txndate", "dateoperation", "fechaoperacion", "dataoperazione",
        "datamovimento", "boekdatum", "datalancamento", "datamov", "startdate", "start", "airdate", "invdate", "postdate",
        "flightdates", "scheduled", "datedoperation", "fechamov", "datacontabile",
    ),
    "value_date": (
        "valuta", "valutadatum", "wertstellung", "valuedate", "datevaleur", "datedevaleur", "fechavalor", "datavaluta",
        "rentedatum", "datavalor", "end", "enddate",
    ),
    "debit": (
        "debit", "debits", "moneyout", "paidout", "withdrawal", "withdrawals", "payments", "soll", "lastschrift", "ausgang",
        "belastung", "belastungen", "ausgaben", "cargo", "cargos", "debe", "addebiti", "addebito", "uscite", "dare", "af",
        "afschrijving", "debito", "debitos", "saidas", "paymentout", "out", "depenses",
    ),
    "credit": (
        "credit", "credits", "moneyin", "paidin", "deposit", "deposits", "receipts", "haben", "gutschrift", "gutschriften",
        "eingang", "einnahmen", "abono", "abonos", "haber", "accrediti", "accredito", "entrate", "avere", "bij",
        "bijschrijving", "credito", "creditos", "entradas", "in", "recettes",
    ),
    "balance": (
        "balance", "runningbalance", "saldo", "kontostand", "solde", "saldofinal", "newbalance", "accountbalance",
        "saldoprogressivo", "closingbalance",
    ),
    "other": (
        "period", "zeitraum", "due", "duedate", "falligkeit", "teilzahlung", "lieferschein", "deliverynote", "weight",
        "gewicht", "poids", "peso", "gewicht", "project", "projekt", "category", "type", "art", "status", "time", "zeit",
        "origin", "country", "lot", "batch", "charge", "size", "grosse", "colour", "color", "farbe", "customer", "order",
        "orderno", "ponumber", "auftrag", "bestellung", "location", "length", "len", "channel", "days", "remarks",
        "notes", "bemerkung", "backordered", "bo", "shipvia", "fob", "terms", "salesperson", "week", "rating", "rtg",
        "pri", "airtime", "weekdays", "spotsweek", "copyisci", "isci", "adid", "ch", "spw", "sec", "mo", "tu", "we", "th",
        "fr", "sa", "su", "person", "employee", "mitarbeiter", "grund", "reason", "kennzeichen", "warehouse", "lager",
    ),
}  # fmt: skip
"""Folded names of the columns that tables of invoices, orders, statements and schedules have, by what they hold."""

NOISE_TOKENS: Final = frozenset(
    "in en e eur euro usd gbp chf us a an the of der die das des de du la le per je o ohne excl exkl exclusive exkluding "
    "excluding exc ex ht hors zzgl sans senza sin sem zonder excl. exc. pln sek nok dkk czk cad aud myr rm sgd kn".split()
)
"""Folded words that a column's name may carry without meaning another column."""

GROSS_TOKENS: Final = frozenset(
    "incl inkl inc inclusive including brutto gross ttc toutes ivato inclusa compresa incluido incluida bruto einschl".split()
)
"""Folded words in a column's name that make its amounts contain the tax."""

HEADER_TOKENS: Final = frozenset(
    "unit unitario unitaria unitaire unitarie unitprice each per pro je net netto brutto nett gross price preis prix precio "
    "prezzo preco prijs pris total gesamt amount betrag montant importe importo bedrag valor excl incl exkl inkl ohne mit "
    "vat mwst ust tva iva btw tax ht ttc eur usd gbp chf % nr no num code number nummer numero qty menge einheit stuck stk "
    "rate base basis in of date datum fecha data ordered delivered shipped order artikel article item product description "
    "wert value sum summe line linea ligne riga regel zeile hour stunde tag day month monat piece pezzo pieza".split()
)
"""Folded words of which names of columns are made; the second line of a header is built of these."""

_TOTALS: Final = (
    "subtotal", "subtotals", "total", "totals", "grandtotal", "sum", "nettotal", "netamount", "totalnet", "totalamount",
    "totaldue", "amountdue", "balancedue", "totalbeforetax", "totaltax", "invoicetotal", "totalprice", "duepayable",
    "totalexcl", "totalincl", "vat", "vattotal", "plusvat", "tax", "salestax", "gst", "totalvat", "salestotal",
    "payable", "pleasepay", "paid", "amountpaid", "balance", "totalsales",
    "taxableamount", "taxtotal", "ordertotal", "totalinvoice", "totalpayable", "netto", "summe", "gesamt", "gesamtsumme",
    "gesamtbetrag", "gesamtbetrage", "zwischensumme", "nettosumme", "nettobetrag", "bruttobetrag", "bruttosumme", "brutto",
    "rechnungsbetrag", "rechnungssumme", "endbetrag", "endsumme", "zahlbetrag", "mwst", "ust", "umsatzsteuer", "mehrwertsteuer",
    "zzgl", "zuzuglich", "zuzugl", "inkl", "gesamtnetto", "gesamtbrutto", "summenetto", "summebrutto", "positionssumme",
    "positionen", "warenwert", "steuerbasisbetrag", "steuerbetrag", "zahlbar", "zuzahlen", "steuer",
    "soustotal", "totalht", "totalttc", "montanttotal", "montantht", "montantttc", "netapayer", "apayer", "tva", "totaltva",
    "totalgeneral", "totaux", "dontva", "totalhorstaxe", "totalhorstaxes", "resteapayer", "baseht", "totalnetht",
    "baseimponible", "importetotal", "totalapagar", "iva", "totalfactura", "totaliva", "sumatotal", "subtotales", "irpf",
    "totale", "imponibile", "totaleimponibile", "totaleiva", "totalefattura", "totaledocumento", "totaledapagare", "dapagare",
    "subtotale", "nettoapagare", "subtotaal", "totaal", "totaalbedrag", "tebetalen", "btw", "totaalexcl", "totaalincl",
    "totaalbtw", "nettobedrag", "totalexclbtw", "valortotal", "totalpagar", "totaliliquido", "totaldodocumento", "totalgeral",
    "delsumma", "attbetala", "summa", "moms", "ialt", "razem", "suma", "dozaplaty", "wartosc", "celkem", "yhteensa",
    "endesumme", "gesamtpreis", "endpreis", 
    "grosstotal", "totalspots", "totalemerce", "imposta", "imposto", "impuesto", "totalnetto", "belasting", "valorliquido", "totalcomiva", "merce", "nettodue", "cash", "change", 
)  # fmt: skip
TOTALS: Final = frozenset(_TOTALS)
"""Folded beginnings of lines that sum up or tax the items above them."""

CHARGES: Final = frozenset(
    "shipping freight delivery postage packing packaging handling rounding rounded commission discount servicecharge deposit "
    "fracht versand versandkosten porto verpackung transportkosten rabatt nachlass skonto abzuglich rundung fraisdeport port "
    "livraison remise escompte fraisdelivraison arrondi portes envio gastosdeenvio descuento redondeo spedizione trasporto "
    "spesedispedizione sconto arrotondamento verzendkosten verzending korting afronding portesdeenvio desconto frakt rabat "
    "surcharge zuschlag abschlag supplement supplemento toeslag allowance tip trinkgeld frete transporte".split()
)
"""Folded first words of lines that add a charge or a discount: rows inside a table, none under it."""

_CARRIED: Final = (
    "ubertrag", "carriedforward", "broughtforward", "carriedover", "cf", "bf", "zwischensumme", "subtotal", "soustotal",
    "areporter", "report", "reporte", "sumaysigue", "sumaanterior", "riporto", "ariportare", "dariportare", "transport",
    "subtotale", "subtotaal", "transporte", "atransportar", "transporteren", "summeubertrag", "ubertragvonseite",
    "seitensumme", "pagetotal", "pagesubtotal", "ubertragseite", "totalpage", "suma", "subtotales", "zwsumme",
    "subtotalcarriedforward", "balancebroughtforward", "balancecarriedforward", "openingbalance", "closingbalance",
)  # fmt: skip
CARRIED: Final = frozenset(_CARRIED)
"""Folded beginnings of lines that sum up so far and after which the table may go on."""

DETAIL_WORDS: Final = frozenset("seite page pagina blatt sida side strona strana sivu".split())
"""Folded first words of page numbers."""


CHARGE: Final = 0.45
"""What `totals_strength` says of a charge or discount."""


@lru_cache(maxsize=16384)
def totals_strength(text: str) -> float:
    """How surely a line's text names a sum, tax or charge over the items rather than an item: 0 to 1.

    Args:
        text: the words of the line that are not numbers, joined by spaces.
    """
    tokens = [t for t in (fold(w) for w in re.split(r"[\s/:()\[\]|]+", text)) if t and not t.isdigit()]
    tokens = [t for t in tokens if t not in ("eur", "usd", "gbp", "chf", "rm", "der", "of", "de", "the", "du", "des")]
    if not tokens:
        return 0.0
    joined = "".join(tokens)
    if joined in TOTALS or joined in CARRIED:
        return 1.0
    for size in (3, 2, 1):
        if len(tokens) >= size and "".join(tokens[:size]) in TOTALS | CARRIED:
            rest = tokens[size:]
            known = sum(t in TOTALS or t in NOISE_TOKENS or t in GROSS_TOKENS or "%" in t for t in rest)
            share = (size + known) / (size + len(rest))
            return max(0.55, share)
    if tokens[0] in CHARGES or "".join(tokens[:2]) in CHARGES:
        return CHARGE
    if any(t.endswith(("summe", "betrag", "total", "steuer", "totale", "totaal")) for t in tokens[:2]):
        return 0.8 if len(tokens) <= 4 else 0.4
    if tokens[-1] in TOTALS and len(tokens) <= 3:
        return 0.6
    return 0.0


@lru_cache(maxsize=16384)
def is_carried(text: str) -> bool:
    """Whether a line's text names a sum after which the table may go on."""
    tokens = [t for t in (fold(w) for w in re.split(r"[\s/:()\[\]|]+", text)) if t and not t.isdigit()]
    return any("".join(tokens[:size]) in CARRIED for size in (1, 2, 3, 4) if len(tokens) >= size)
