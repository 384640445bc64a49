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


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    role: tuple(words.split())
    for role, words in {
        "position": (
            "pos position posnr posno lfdnr nr no # line lineno ln sno srno slno itemno item# line# ligne nro num "
            "linea riga regel linha zeile lp poz numero rang n c polozka punkt rnr rb"
        ),
        "article": (
            "artikel item items produkt product articulo articolo artigo produit producto prodotto produto artnr "
            "artikelnr artikelnummer artikelno article articleno articlenumber artno sku itemcode itemnumber "
            "itemid productcode productno productnumber productid partno partnumber stockcode code codes material "
            "materialnr materialnummer referenz referenzen reference ref refno referencia referenze codice codart "
            "codicearticolo codigo artikelcode productnr produktnr produktnummer bestellnr bestellnummer ean gtin "
            "upc isbn id unsereartnr ihreartnr artnrkunde artnrlief artnrlieferant varenr varenummer artikelid "
            "indeks kod cod codeart refarticle refproduit codearticle codeproduit serialno serialnumber "
            "seriennummer hscode hsn hsnsac hsnsaccode pnr model catno catalogno referencenumber codprod "
            "codigoarticulo codartigo referencias artnummer ean13"
        ),
        "description": (
            "description descriptions itemdescription productdescription item items product products productname "
            "itemname article articledescription service services details detail particulars goods "
            "goodsdescription descriptionofgoods goodsandservices productservice servicedescription "
            "descriptionofservices itemanddescription itemdetails name activity task work workdescription subject "
            "title beschreibung bezeichnung artikel artikelbezeichnung artikelbeschreibung produkt "
            "produktbezeichnung produktbeschreibung leistung leistungen leistungsbeschreibung leistungsart "
            "warenbezeichnung text posten tatigkeit gegenstand ware artbezeichnung bezeichnungderleistung "
            "benennung designation designations libelle libelles prestation prestations produit produits "
            "descriptif intitule designationdesprestations descripcion concepto conceptos articulo articulos "
            "producto productos servicio detalle detalles denominacion descrizione descrizionearticolo articolo "
            "articoli prodotto prodotti servizio prestazione descrizionedeibeni descrizionebeniservizi oggetto "
            "omschrijving artikelomschrijving productomschrijving dienst dienstverlening werkzaamheden descricao "
            "designacao artigo produto produtos servico descricaodoproduto beskrivelse beskrivning benamning "
            "varebetegnelse tekst opis nazwa nazwatowaru nazwatowarulubuslugi popis oznaceni nazev kuvaus tuote "
            "naziv megnevezes denumire materialbeschreibung verwendungszweck buchungstext vorgang transaction "
            "transactiondetails narrative memo payee libelleoperation operation operations natureoperation "
            "causale movimento movimenti historico lancamento omschrijvingtransactie descriptionservice "
            "bezeichnungartikel artikeltext program programme inventorycode descrizioneprodotto "
            "descripciondelarticulo descripciondelproducto"
        ),
        "quantity": (
            "quantity qty qnty quant qtyhrs hoursqty qtyordered qtyshipped shippedqty orderedqty orderqty "
            "invoicedqty billedqty units pcs pieces hours hrs days nights count numberof volume menge anzahl "
            "stuck stk stck stuckzahl stunden std tage anz bestellmenge liefermenge quantite quantites qte qtes "
            "qt nombre nb heures jours cantidad cantidades cant cantid uds udes unidades ctd horas cdad ud "
            "quantita qta ore pezzi nrpezzi aantal aant hoeveelheid stuks uren quantidade qtd qtde quantid antal "
            "antall stycken timmar ilosc mnozstvi pocet maara kpl kolicina mennyiseg cantitate mengestk "
            "mengeeinheit qtyunit quantityunit totalqty spots totalspots fakturiertemenge geliefertemenge "
            "deliveredqty deliveredquantity orderedquantity quantityordered quantityshipped dauer duration"
        ),
        "unit": (
            "unit uom um unitofmeasure measure einheit einh mengeneinheit mengeinheit me unite unidad unita "
            "unitamisura unitadimisura eenheid unidade un enhet enhed jm jednotka mj yksikko pack packung vpe "
            "gebinde pkg package meng verpackung"
        ),
        "unit_price": (
            "unitprice priceperunit priceunit price unitcost cost rate rates unitrate hourlyrate ratehr ratehour "
            "each eachprice priceeach costeach unitamount unitvalue netprice netunitprice unitnetprice "
            "unitpricenet listprice itemprice salesprice sellingprice uprice priceper perunit charge einzelpreis "
            "einzelpr einzelpreisnetto nettoeinzelpreis epreis ep stuckpreis preis nettopreis preisnetto "
            "preiseinheit preiseinh preisproeinheit preisprostuck preisje preisjeeinheit einheitspreis "
            "stundensatz satz verkaufspreis vkpreis grundpreis einzelbetrag einzel ekpreis listenpreis "
            "prixunitaire prixunitaireht prixuht prixu pu puht pun prix prixht prixunit prixunitht tarif "
            "tauxhoraire prixunitairenet punet coutunitaire preciounitario precio punitario prunit pvunit "
            "precioud preciounidad punit preciou pvp tarifa importeunitario preciouni preciounit prezzo "
            "prezzounitario prezzounit pzounitario prunitario costounitario prezzou importounitario tariffa prijs "
            "stukprijs eenheidsprijs prijsperstuk prijsstuk prijsexcl prijspereenheid tarief uurtarief preco "
            "precounitario precounit valorunitario vlrunit valorunit vunit precoun vlrunitario apris pris "
            "styckpris enhetspris enhedspris stkpris prisst cena cenajedn cenajednostkowa cenanetto cenazamj "
            "jednotkovacena hinta ahinta yksikkohinta egysegar pretunitar cenajednostkowanetto pricenet "
            "priceexvat priceexclvat unitpriceexvat unitpriceexclvat spotrate costperunit pricepiece pricepc "
            "preisstk preisstuck epnetto einzelpreiseur"
        ),
        "price_basis": ("pe priceunits preisbasis preisbasismenge basismenge basisqty pricebasis preispro"),
        "discount": (
            "discount disc disc% discount% discountamount rabatt rabatt% rab rab% rabattin% nachlass nachlass% "
            "remise rem rem% remise% descuento dto dto% desc desc% dcto sconto sc sc% sconto% korting korting% "
            "desconto desconto% rabat sleva alennus ale% allowance %disc zuabschlag"
        ),
        "tax_rate": (
            "vat vat% vatrate tax tax% taxrate taxcode vatcode gst gst% gstrate mwst mwst% mwstsatz mwstin% ust "
            "ust% ustsatz ustin% umsatzsteuer steuer steuer% steuersatz steuersatz% st stsatz mehrwertsteuer "
            "ustsatz% tva tva% tauxtva tauxdetva taux iva iva% tipoiva tipo aliquota aliq aliquotaiva aliqiva "
            "%iva btw btw% btwtarief btwpercentage taxaiva taxa moms moms% momssats mva mva% vatstawka stawkavat "
            "dph dph% sazbadph alv alv% %tva %vat %mwst %ust codiva iva/igic salestax hst pst taxed taxable t "
            "steuerschl mwstkz afa igst cgst sgst"
        ),
        "tax_amount": (
            "vatamount amountvat taxamount vatvalue mwstbetrag ustbetrag steuerbetrag umsatzsteuerbetrag "
            "montanttva cuotaiva importeiva cuota importoiva imposta btwbedrag valoriva valordoiva momsbelopp "
            "momsbelob kwotavat vateur mwsteur gstamount taxtotal"
        ),
        "tax_base": (
            "taxbase taxableamount basisbetrag steuerbasisbetrag steuerbasis bemessungsgrundlage baseht "
            "baseimponible imponibile grondslag basetva warenwert base grundbetrag netamout vatbase taxable"
        ),
        "amount": (
            "amount amounts lineamount linetotal linenet linetotalnet netamount amountnet nettotal totalnet "
            "totalamount total totals totalprice totalcost totalvalue itemtotal subtotal extendedprice "
            "extendedamount extprice extamount extension extended ext sum value netvalue linevalue amountdue "
            "amountexvat amountexclvat totalexvat totalexclvat net amountexcludingvat lineamountexclvat totalline "
            "pricetotal betrag betrage gesamt gesamtpreis gesamtpreisnetto gesamtnetto nettogesamt gesamtbetrag "
            "gesamtbetragnetto gpreis gp gesamtsumme summe summenetto nettosumme nettobetrag betragnetto "
            "nettowert netto entgelt wert positionsbetrag positionssumme positionspreis positionswert "
            "zeilenbetrag zeilensumme rechnungsbetrag positionsbetragohneust warenwertnetto gesamtwert totalnetto "
            "montant montantht montantnet montantnetht montanttotal totalht prixtotal prixtotalht totalligne mtht "
            "mt mntht sommeht totalhorstaxe totalhorstaxes valeur nettot netht importe importes importetotal "
            "totallinea totalneto importeneto preciototal ptotal neto subtotales importo importototale "
            "importonetto totale totaleriga prezzototale totalenetto valore importoriga bedrag totaal "
            "totaalbedrag regeltotaal bedragexcl totaalexcl nettobedrag totaalprijs regelbedrag bedragexclbtw "
            "totaalexclbtw valor valortotal precototal montante vlrtotal valorliquido totalliquido liquido vtotal "
            "totalsemiva belopp belob summa ialt belopsum wartosc wartoscnetto kwota cenacelkem celkem castka "
            "yhteensa summaeur osszeg nettoertek valoare iznos grossamount spotamount billed chargedamount "
            "charges amountcharged sales totaleur betrageur gesamteur amounteur"
        ),
        "gross": (
            "gross grosstotal totalinclvat totalincvat amountinclvat totalincl brutto bruttobetrag gesamtbrutto "
            "bruttopreis bruttosumme betragbrutto totalttc montantttc ttc prixttc totalcontva totalconiva "
            "totalivaincl totaleivato totaleivainclusa totaalincl totaalinclbtw bedraginclbtw totalcomiva "
            "wartoscbrutto inclbtw inklmwst bruto"
        ),
        "date": (
            "date datum dates fecha data dato day leistungsdatum lieferdatum servicedate deliverydate shipdate "
            "shipmentdate buchungstag buchungsdatum buchung bookingdate transactiondate postingdate transdate "
            "txndate dateoperation fechaoperacion dataoperazione datamovimento boekdatum datalancamento datamov "
            "startdate start airdate invdate postdate flightdates scheduled datedoperation fechamov datacontabile"
        ),
        "value_date": (
            "valuta valutadatum wertstellung valuedate datevaleur datedevaleur fechavalor datavaluta rentedatum "
            "datavalor end enddate"
        ),
        "debit": (
            "debit debits moneyout paidout withdrawal withdrawals payments soll lastschrift ausgang belastung "
            "belastungen ausgaben cargo cargos debe addebiti addebito uscite dare af afschrijving debito debitos "
            "saidas paymentout out depenses"
        ),
        "credit": (
            "credit credits moneyin paidin deposit deposits receipts haben gutschrift gutschriften eingang "
            "einnahmen abono abonos haber accrediti accredito entrate avere bij bijschrijving credito creditos "
            "entradas in recettes"
        ),
        "balance": (
            "balance runningbalance saldo kontostand solde saldofinal newbalance accountbalance saldoprogressivo "
            "closingbalance"
        ),
        "other": (
            "period zeitraum due duedate falligkeit teilzahlung lieferschein deliverynote weight gewicht poids "
            "peso project projekt category type art status time zeit origin country lot batch charge size grosse "
            "colour color farbe customer order orderno ponumber auftrag bestellung location length len channel "
            "days remarks notes bemerkung backordered bo shipvia fob terms salesperson week rating rtg pri "
            "airtime weekdays spotsweek copyisci isci adid ch spw sec mo tu we th fr sa su person employee "
            "mitarbeiter grund reason kennzeichen warehouse lager"
        ),
    }.items()
}
"""Folded names of the columns that tables of invoices, orders, statements and schedules have, by what they hold."""

NOISE_TOKENS: Final = _words(
    "a an aud cad chf czk das de der des die dkk du e en eur euro ex exc exc. excl excl. excluding exclusive exkl "
    "exkluding gbp hors ht in je kn la le myr nok o of ohne per pln rm sans sek sem senza sgd sin the us usd "
    "zonder zzgl"
)
"""Folded words that a column's name may carry without meaning another column."""

GROSS_TOKENS: Final = _words(
    "bruto brutto compresa einschl gross inc incl including incluida incluido inclusa inclusive inkl ivato toutes ttc"
)
"""Folded words in a column's name that make its amounts contain the tax."""

HEADER_TOKENS: Final = _words(
    "% amount article artikel base basis bedrag betrag brutto btw chf code data date datum day delivered "
    "description each einheit eur excl exkl fecha gbp gesamt gross hour ht importe importo in incl inkl item iva "
    "je ligne line linea menge mit monat montant month mwst net nett netto no nr num number numero nummer of ohne "
    "order ordered per pezzo piece pieza precio preco preis prezzo price prijs pris prix pro product qty rate "
    "regel riga shipped stk stuck stunde sum summe tag tax total ttc tva unit unitaire unitaria unitarie unitario "
    "unitprice usd ust valor value vat wert zeile"
)
"""Folded words of which names of columns are made; the second line of a header is built of these."""

TOTALS: Final = _words(
    "amountdue amountpaid apayer attbetala balance balancedue baseht baseimponible belasting brutto bruttobetrag "
    "bruttosumme btw cash celkem change dapagare delsumma dontva dozaplaty duepayable endbetrag endesumme "
    "endpreis endsumme gesamt gesamtbetrag gesamtbetrage gesamtbrutto gesamtnetto gesamtpreis gesamtsumme "
    "grandtotal grosstotal gst ialt imponibile importetotal imposta imposto impuesto inkl invoicetotal irpf iva "
    "mehrwertsteuer merce moms montantht montanttotal montantttc mwst netamount netapayer netto nettoapagare "
    "nettobedrag nettobetrag nettodue nettosumme nettotal ordertotal paid payable pleasepay plusvat positionen "
    "positionssumme razem rechnungsbetrag rechnungssumme resteapayer salestax salestotal soustotal steuer "
    "steuerbasisbetrag steuerbetrag subtotaal subtotal subtotale subtotales subtotals sum suma sumatotal summa "
    "summe summebrutto summenetto tax taxableamount taxtotal tebetalen totaal totaalbedrag totaalbtw totaalexcl "
    "totaalincl total totalamount totalapagar totalbeforetax totalcomiva totaldodocumento totaldue totale "
    "totaledapagare totaledocumento totalefattura totaleimponibile totaleiva totalemerce totalexcl totalexclbtw "
    "totalfactura totalgeneral totalgeral totalhorstaxe totalhorstaxes totalht totaliliquido totalincl "
    "totalinvoice totaliva totalnet totalnetht totalnetto totalpagar totalpayable totalprice totals totalsales "
    "totalspots totaltax totalttc totaltva totalvat totaux tva umsatzsteuer ust valorliquido valortotal vat "
    "vattotal warenwert wartosc yhteensa zahlbar zahlbetrag zuzahlen zuzugl zuzuglich zwischensumme zzgl "
    "acompteverse acomptesverses alreadypaid bereitsbezahlt bereitsgezahlt bereitsgezahlterbetrag "
    "btwbedrag dejapaye dejaregle dejaverse giapagato importeiva importoiva ivaimporte japago lessdeposit lesspaid "
    "lesspaidtodate montanttva netht nochzuzahlen offenerbetrag paidtodate pendientedepago reedsbetaald resteadevoir "
    "saldoapagar saldodapagare saldodovuto solde soldeapayer solderestant soldearegler soldedu valoriva vatamount "
    "yapagado"
)
"""Folded beginnings of lines that sum up or tax the items above them."""

CHARGES: Final = _words(
    "abschlag abzuglich afronding allowance arrondi arrotondamento commission delivery deposit desconto descuento "
    "discount envio escompte fracht fraisdelivraison fraisdeport frakt freight frete gastosdeenvio handling "
    "korting livraison nachlass packaging packing port portes portesdeenvio porto postage rabat rabatt redondeo "
    "remise rounded rounding rundung sconto servicecharge shipping skonto spedizione spesedispedizione supplement "
    "supplemento surcharge tip toeslag transporte transportkosten trasporto trinkgeld verpackung versand "
    "versandkosten verzending verzendkosten zuschlag"
)
"""Folded first words of lines that add a charge or a discount: rows inside a table, none under it."""

PAYMENTS: Final = _words(
    "adj adjustment amex baki bancomat bar betaald cambio card carta cartao carte cash cb change contant contanti "
    "count credit debit devolucion dinheiro due ec efectivo entregado entregue especes gegeben gegebenbar gepind "
    "girocard given gotowka item items kad karte kartenzahlung kontant mastercard method mode monnaie multibanco "
    "no of pagato pago paid payment paypal pin qty quantity received recu rendu resto reszta retur rounded "
    "rounding ruckgeld tarjeta tender tendered terug total troco tunai vaxel visa wechselgeld wisselgeld zuruck"
)
"""Folded words of the lines that tell how a receipt was paid; such a line is made of nothing else."""

CARRIED: Final = _words(
    "alterkontostand anciensolde ancienssolde anfangssaldo areporter ariportare atransportar balancebrought "
    "balancebroughtforward balancecarried balancecarriedforward beginsaldo bf broughtforward carriedforward "
    "carriedover cf closingbalance dariportare eindsaldo endsaldo kontostand neuerkontostand newbalance "
    "nieuwsaldo nouveausolde openingbalance pagesubtotal pagetotal previousbalance report reporte riporto "
    "saldoanterior saldofinal saldofinale saldoinicial saldoiniziale saldoprecedente saldoultimo saldovortrag "
    "seitensumme soldecrediteur soldedebiteur soldefinal soldeinitial soustotal startsaldo subtotaal subtotal "
    "subtotalcarriedforward subtotale subtotales suma sumaanterior sumaysigue summeubertrag totalpage transport "
    "transporte transporteren ubertrag ubertragseite ubertragvonseite vorigsaldo zwischensumme zwsumme"
)
"""Folded beginnings of lines that sum up so far and after which the table may go on."""


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
    if all(t in PAYMENTS or t in TOTALS for t in tokens):
        return 1.0
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
