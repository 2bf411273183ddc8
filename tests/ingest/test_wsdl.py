"""A WSDL becomes calls that a feed is pulled by: operations, fields, the body, where the records are."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import fromstring, tostring

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suwen.domains.ingest.connectors.http.describing import read_wsdl
from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.receiving.declared import DeclaredTable
from suwen.domains.ingest.receiving.soap.wsdl import write_wsdl
from tests.ingest.changing import std
from tests.ingest.conftest import Station
from tests.ingest.sources import visits
from tests.ingest.webservice import Answer, Asked, serve

pytestmark = pytest.mark.anyio
HOSPITAL = """<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://www.w3.org/2001/XMLSchema"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
  xmlns:t="http://his.example.cn/" targetNamespace="http://his.example.cn/">
  <wsdl:types><s:schema targetNamespace="http://his.example.cn/" elementFormDefault="qualified">
    <s:include schemaLocation="types.xsd"/>
    <s:element name="GetVisits"><s:complexType><s:sequence>
      <s:element name="user" type="s:string" minOccurs="0"/><s:element name="beginTime" type="s:dateTime"/>
      <s:element name="filter"><s:complexType><s:all><s:element name="dept" type="s:string"/></s:all></s:complexType>
      </s:element>
      <s:element name="pageNo" type="s:int"/>
    </s:sequence></s:complexType></s:element>
    <s:element name="GetVisitsResponse"><s:complexType><s:sequence>
      <s:element name="total" type="s:int"/>
      <s:element name="rows"><s:complexType><s:sequence>
        <s:element name="row" type="t:Visit" minOccurs="0" maxOccurs="unbounded"/>
      </s:sequence></s:complexType></s:element>
    </s:sequence></s:complexType></s:element>
    <s:element name="Query"><s:complexType><s:sequence>
      <s:element name="xml" type="s:string"/></s:sequence></s:complexType></s:element>
    <s:element name="QueryResponse"><s:complexType><s:sequence>
      <s:element name="QueryResult" type="s:string" minOccurs="0"/></s:sequence></s:complexType></s:element>
  </s:schema></wsdl:types>
  <wsdl:message name="GetVisitsIn"><wsdl:part name="parameters" element="t:GetVisits"/></wsdl:message>
  <wsdl:message name="GetVisitsOut"><wsdl:part name="parameters" element="t:GetVisitsResponse"/></wsdl:message>
  <wsdl:message name="QueryIn"><wsdl:part name="parameters" element="t:Query"/></wsdl:message>
  <wsdl:message name="QueryOut"><wsdl:part name="parameters" element="t:QueryResponse"/></wsdl:message>
  <wsdl:portType name="P">
    <wsdl:operation name="GetVisits"><wsdl:input message="t:GetVisitsIn"/>
      <wsdl:output message="t:GetVisitsOut"/></wsdl:operation>
    <wsdl:operation name="Query"><wsdl:input message="t:QueryIn"/><wsdl:output message="t:QueryOut"/></wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="GetVisits">
      <soap:operation soapAction="http://his.example.cn/GetVisits" style="document"/></wsdl:operation>
    <wsdl:operation name="Query"><soap:operation soapAction="urn:q" style="document"/></wsdl:operation></wsdl:binding>
  <wsdl:binding name="B12" type="t:P"><soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="GetVisits">
      <soap12:operation soapAction="http://his.example.cn/GetVisits"/></wsdl:operation></wsdl:binding>
  <wsdl:service name="S"><wsdl:port name="P12" binding="t:B12"><soap12:address location="{address}/his"/></wsdl:port>
    <wsdl:port name="P" binding="t:B"><soap:address location="{address}/his"/></wsdl:port></wsdl:service>
</wsdl:definitions>
"""
TYPES = """<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="http://his.example.cn/">
<s:complexType name="Base"><s:sequence>
<s:element name="id" type="s:string"/><s:element name="pid" type="s:string"/></s:sequence></s:complexType>
<s:complexType name="Visit"><s:complexContent><s:extension base="Base"><s:sequence>
<s:element name="kind" type="s:string"/><s:element name="started" type="s:dateTime"/>
<s:element name="cost" type="s:decimal"/>
</s:sequence></s:extension></s:complexContent></s:complexType></s:schema>"""


def test_operations_fields_and_calls_are_told() -> None:
    text = HOSPITAL.replace("{address}", "http://h")
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return TYPES.encode()

    visits_, query = read_wsdl(text.encode(), "http://h/his?wsdl", fetch)
    assert asked == ["http://h/types.xsd"]
    assert (visits_.name, visits_.version, visits_.address) == ("GetVisits", "1.1", "http://h/his")
    assert [(one.path, one.type, one.required, one.leaf) for one in visits_.inputs] == [
        ("user", "string", False, True), ("beginTime", "dateTime", True, True), ("filter", "", True, False),
        ("filter/dept", "string", True, True), ("pageNo", "int", True, True),
    ]  # fmt: skip
    assert visits_.call["record"] == "Body/GetVisitsResponse/rows/row"
    assert visits_.call["columns"] == ["id", "pid", "kind", "started", "cost"]
    assert visits_.call["headers"] == {"SOAPAction": '"http://his.example.cn/GetVisits"'}
    for part in ("<user>{user}</user>", "<beginTime>{since}</beginTime>", "<pageNo>{page}</pageNo>",
                 "<filter>\n<dept></dept>\n</filter>\n<pageNo>"):  # fmt: skip
        assert part in visits_.call["body"]
    # One text that holds a document is how most hospitals' services answer.
    assert (query.call["within"], query.call["within_format"]) == ("Body/QueryResponse/QueryResult", "xml")
    # Without the imported part its fields are not known, the rest is.
    assert [one.path for one in read_wsdl(text.encode())[0].outputs] == ["total", "rows", "rows/row"]


async def test_a_feed_is_pulled_by_a_call_of_a_wsdl(station: Station, client: Callable[..., Any]) -> None:
    def answer(asked: Asked) -> Answer:
        assert "<beginTime>" in asked.body
        row = "<row><id>1</id><pid>p1</pid><kind>O</kind><started>2024-01-01</started><cost>5</cost></row>"
        body = (
            f'<GetVisitsResponse xmlns="http://his.example.cn/"><total>1</total><rows>{row}</rows></GetVisitsResponse>'
        )
        envelope = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
        return Answer(envelope.format(body), headers={"content-type": "text/xml"})

    documents = {"wsdl": "", "/types.xsd": TYPES}
    service = serve(
        {"/his": lambda asked: answer(asked) if asked.method == "POST" else Answer(documents["wsdl"]),
         "/types.xsd": lambda _: Answer(TYPES)}
    )  # fmt: skip
    documents["wsdl"] = HOSPITAL.replace("{address}", service.url)
    async with client() as http:
        read = await http.post("/api/ingest/wsdl", json={"address": f"{service.url}/his?wsdl"})
        assert read.status_code == 200, read.text
        operation = read.json()["operations"][0]
        options = {"url": operation["address"], "tables": {"visits": operation["call"] | {"paging": "none"}}}
        await station.bring_in(visits("http", options, "visits"))
        await station.run("t.visits")
        assert std(station) == [("1", "p1", 5)]
        by_text = await http.post("/api/ingest/wsdl", json={"text": documents["wsdl"]})
        assert [one["name"] for one in by_text.json()["operations"]] == ["GetVisits", "Query"]
        for wrong in ({}, {"text": "<a/>"}, {"text": "<!DOCTYPE a><a/>"}, {"address": "ftp://x"}):
            assert (await http.post("/api/ingest/wsdl", json=wrong)).status_code == 422, wrong
        gone = await http.post("/api/ingest/wsdl", json={"address": "http://127.0.0.1:9/his?wsdl"})
        assert gone.status_code == 503
    async with client(None, frozenset({"ingest.read"})) as http:
        assert (await http.post("/api/ingest/wsdl", json={"text": documents["wsdl"]})).status_code == 403


def test_our_own_wsdl_is_read_as_well() -> None:
    table = DeclaredTable("visits", ("id", "cost"), ("id",))
    (operation,) = read_wsdl(write_wsdl("t", "测试", "http://suwen/api/ingest/soap/t", {"visits": table}))
    assert (operation.name, operation.address) == ("send_visits", "http://suwen/api/ingest/soap/t")
    assert [one.path for one in operation.inputs if one.leaf] == ["message_id", "record/id", "record/cost"]


def test_types_that_hold_themselves_come_to_an_end() -> None:
    members = "".join(f'<s:element name="m{n}" type="t:Visit"/>' for n in range(12))
    kind = f'<s:complexType name="Visit"><s:sequence>{members}</s:sequence></s:complexType>'
    (first, _) = read_wsdl(HOSPITAL.replace('<s:include schemaLocation="types.xsd"/>', kind).encode())
    assert 100 < len(first.outputs) <= 1000


@given(st.sets(st.integers(0, 60), max_size=12), st.sets(st.integers(0, 60), max_size=6))
@example(gone=set(), unnamed={11})
@example(gone=set(), unnamed=set(range(61)))
@settings(max_examples=60)
def test_what_lacks_parts_is_operations_or_an_error(gone: set[int], unnamed: set[int]) -> None:
    root = fromstring(HOSPITAL)
    for number, (parent, child) in enumerate([(above, one) for above in root.iter() for one in above]):
        if number in gone:
            parent.remove(child)
        if number in unnamed:
            child.attrib.clear()
    try:
        found = read_wsdl(tostring(root))
    except InvalidDefinition:
        return
    assert {one.name for one in found} <= {"GetVisits", "Query"}
    for one in found:
        assert fromstring(one.call["body"]).tag.endswith("Envelope")


@pytest.mark.parametrize("name", ["", "a b", "9a", "a<b", "-", "t:", "²"])
def test_what_has_no_name_of_xml_is_left_out(name: str) -> None:
    said = name.replace("<", "&lt;")
    (kept,) = read_wsdl(
        HOSPITAL.replace('name="GetVisits"', f'name="{said}"').replace('t:GetVisits"', f't:{said}"').encode()
    )
    assert kept.name == "Query"
    operation, _ = read_wsdl(HOSPITAL.replace('name="pageNo"', f'name="{said}"').encode())
    assert [one.path for one in operation.inputs] == ["user", "beginTime", "filter", "filter/dept"]


@given(st.text(max_size=200))
@settings(max_examples=30)
def test_what_is_no_wsdl_is_told(text: str) -> None:
    with pytest.raises(InvalidDefinition):
        read_wsdl(text.encode())
