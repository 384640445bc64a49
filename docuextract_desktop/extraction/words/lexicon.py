"""Words that say what a piece of text is, in the languages of the shipped templates; they name no one."""

from __future__ import annotations

import re

from docuextract_desktop.extraction.words.hashing import text_hash

_COMPANY = (
    "sdn bhd berhad gmbh ag kg ohg ug mbh gbr kgaa inc incorporated llc llp ltd limited plc corp corporation co "
    "company pte pty sa sas sarl srl spa sl slu bv nv vof lda ltda oy ab as aps kk holding holdings group "
    "gruppe groupe "
    "enterprise enterprises trading services associates partners committee foundation association society club "
    "university verein stiftung cie eurl sasu snc unipersonale"
)
_BUSINESS = (
    "restaurant restoran restaurante ristorante cafe bistro bar hotel shop store mart market supermarket mini pasar "
    "kedai pharmacy farmasi apotheke pharmacie bakery bakeries books book hardware stationery syarikat perniagaan "
    "electrical motor pub house agency agentur media marketing television broadcasting station"
)
_ADDRESS = (
    "street st road rd avenue ave boulevard blvd lane ln drive dr square place court suite floor level lot unit block "
    "jalan jln lorong taman tmn bandar seksyen section kampung kawasan mukim batu persiaran lebuh plaza mall building "
    "bangunan tingkat ground strasse str weg platz allee gasse ring ufer damm rue chemin quai cedex bp via viale "
    "piazza corso calle avenida plaza paseo carrer straat laan plein kade weg rua travessa largo po box "
    "postfach postbus "
    "highway hwy parkway pkwy"
)
_CONTACT = (
    "tel telephone phone ph hp fax telefon telefax mobile handy mobil email mail www http https gst sst vat tin ssm "
    "reg roc ust ustid uid siret siren tva nif cif iban bic swift website hotline fon"
)
_TOTAL = (
    "total subtotal gross net amount sum due balance grand jumlah summe gesamt gesamtbetrag brutto netto betrag "
    "zahlbetrag montant ttc ht totale importo importe tax vat gst mwst tva iva btw rounding change cash"
)

_FORM = (
    "invoice number date order product agency page contract total estimate station type period code name address "
    "description terms account salesperson phone fax email customer buyer revision print printed office region "
    "rechnung datum nummer kunde kundennummer seite bestellung lieferschein facture date client page commande"
)
FORM_WORDS = frozenset(_FORM.split())
"""Words that begin the next label on a line where two columns have run together."""
_TITLE = (
    "invoice rechnung facture fattura factura factuur fatura gutschrift avoir credit note bill quittung beleg receipt "
    "statement copy copie kopie original duplicate duplikat proforma tax abrechnung rechnungskorrektur nota credito "
    "creditnota abono rectificativa honoraires acompte solde zwischenrechnung schlussrechnung teilrechnung cash memo "
    "sales commercial confirmation order contract bestellung auftrag auftragsbestatigung lieferschein angebot "
    "official slip welcome thank you"
)
_PARTICULAR = (
    "number no nr num numero nummer nro date datum data fecha ref reference reff referenz referencia riferimento "
    "kundennummer kundennr kunden rechnungsnr rechnungsnummer rechnungsdatum lieferdatum bestellnr bestellnummer "
    "customer client kunde klant cliente account konto compte conto cuenta rekening payment zahlung paiement "
    "pagamento pago betaling terms bedingungen zahlungsbedingungen conditions condizioni condiciones due fallig "
    "echeance scadenza vencimiento vervaldatum contact ansprechpartner bearbeiter sachbearbeiter salesperson "
    "vendeur page seite pagina telephone telefon phone fax email mail address adresse anschrift indirizzo direccion "
    "adres name nom nome nombre description bezeichnung beschreibung designation descrizione descripcion "
    "omschrijving quantity menge quantite quantita cantidad aantal price preis prix prezzo precio prijs unit "
    "einheit einzelpreis unite unita amount betrag montant importo importe bedrag total summe totale totaal "
    "subtotal agency advertiser product estimate station period zeitraum periode periodo delivery livraison "
    "lieferung consegna entrega levering order commande bestellung ordine pedido project projekt projet table tisch "
    "cashier kassierer time zeit heure title type code"
)
_ROUNDING = "rounding rounded round rnd pembundaran adjustment rundung gerundet arrondi redondeo arrotondamento"
_JOINING = (
    "for of the and by at in on to with from de du des la le les et pour à au aux en für und von der die das dem den "
    "bei im zu zum zur mit van voor het di del della delle e per da do dos y para el los las con"
)
TITLE_WORDS = frozenset(_TITLE.split())
"""Words that documents are called by: a line of nothing else is a title, never a name."""
PARTICULAR_WORDS = frozenset(_PARTICULAR.split())
"""Words that labels on all kinds of documents are made of."""
JOINING_WORDS = frozenset(_JOINING.split())
"""No name ends in one of these: it goes on."""
COMPANY_WORDS = frozenset(_COMPANY.split())
BUSINESS_WORDS = frozenset(_BUSINESS.split())
ADDRESS_WORDS = frozenset(_ADDRESS.split())
CONTACT_WORDS = frozenset(_CONTACT.split())
TOTAL_WORDS = frozenset(_TOTAL.split())

COMPANY_HASHES = frozenset(map(text_hash, COMPANY_WORDS))
BUSINESS_HASHES = frozenset(map(text_hash, BUSINESS_WORDS))
ADDRESS_HASHES = frozenset(map(text_hash, ADDRESS_WORDS))
CONTACT_HASHES = frozenset(map(text_hash, CONTACT_WORDS))
TOTAL_HASHES = frozenset(map(text_hash, TOTAL_WORDS))
TITLE_HASHES = frozenset(map(text_hash, TITLE_WORDS))
ROUNDING_HASHES = frozenset(map(text_hash, _ROUNDING.split()))
PARTICULAR_HASHES = frozenset(map(text_hash, PARTICULAR_WORDS))

# All but a mail address begin with a letter or a digit, so what stands before is passed over once and for all (`*+`);
# a mail address may begin in it ("--@example"), and is found by the letter or sign before its @.
_CONTACT_START = re.compile(
    r"\W*\S@\S|\W*+(tel(ephone|efon|\b)|phone|ph\b|hp\b|h/p|fax|telefax|mobil|e-?mail|www\.|http|\S+@\S|"
    r"(gst|sst|vat|tin|ssm|roc|ust|co\.?|company|business|tax)[\s.-]*(reg|id|no|nr|number)\b|gst\b|"
    r"iban|siret|siren|reg\.?\s*no|inv|date|cashier|receipt|bill\b|tax\s+inv|\d\d?[/.-]\d\d?[/.-]\d\d)",
    re.IGNORECASE,
)


def is_contact_line(text: str) -> bool:
    """Whether a line begins with what follows an address: a phone number, a tax number, the document's own data."""
    return _CONTACT_START.match(text) is not None
