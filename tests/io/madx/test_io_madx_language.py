"""The language of MAD-X files: each value is what MAD-X 5.09 itself has for the same text."""

import gzip

import numpy as np
import pytest

from ontarget.beam.element import Collimator, Dipole, Drift, Quadrupole, Roll, ThinLens
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.io.formats.madx import parse_madx, read_madx
from ontarget.io.madx.text import statements

Q = "q: quadrupole, l=1, k1:=k1q; s: sequence, l=4; q, at=2; endsequence;"
BEAM = "beam, pc=8.5;"


def strengths(line):
    """k1 of each quadrupole."""
    p = float(line.momentum)
    return [float(one.gradient) * m**2 / p for one in line.elements if isinstance(one, Quadrupole)]


def magnets(line):
    """(start in metres, k1) of each quadrupole, and the length of the line."""
    end, found = 0.0, []
    for one in line.elements:
        if isinstance(one, Quadrupole):
            found.append((end, float(one.gradient) * m**2 / float(line.momentum)))
        end += float(one.length) / m
    return found, end


@pytest.mark.parametrize(
    "text",
    [
        'k1q=0.2;\ntitle, "see http://example.org/line";\nk1q=0.1;\n' + Q,
        'k1q=0.2; title, "Achromat!"; k1q=0.1;' + Q,
        "k1q=0.2; title, 'ok!'; k1q=0.1;" + Q,
        'k1q=0.2; title, "a /* b"; k1q=0.1; title, "c */ d";' + Q,
        'k1q=0.1; title, "one; k1q=0.2; two";' + Q,
        'k1q=0.2; title, "don\'t"; k1q=0.1;' + Q,
        "k1q=0.2; ! don't\nk1q=0.1; // isn't \"\n" + Q,
        'k1q=0.2; /* " */ k1q=0.1; // /* \n' + Q + "! */",
        'k1q=0.2; title, "a\nk1q=.3; b"; k1q=0.1;' + Q,
        'k1q=0.1; print, text="! Tunes";' + Q,
        "k1q=0.1;" + Q.replace("l=1", 'type="QF//A", comments="new!, {or; not", l=1'),
        "k1q=0.1;" + Q + "/* never closed; k1q=3;",
        "k1q=0.1;" + Q + "return; k1q=0.7;",
        "k1q=0.1;" + Q + "stop; old notes, k1q=0.7",
        "k1q=0.1;" + Q + "exit;\n'",
        "k1q=0.1;" + Q + "QUIT; k1q=0.7;",
        "const k1q=0.1; k1q=0.2;" + Q,
        "int n=2.7; real const k1q=0.05*n; shared kk=1;" + Q,
        "m(a): macro = { k1q=a; q->k1=7; }; k1q=0.1;" + Q,
        "m(a): macro = { k1q=a; } k1q=0.1;" + Q,
        "k1q=1.d-1;" + Q,
        "k1q=0.1;" + Q.upper(),
        "k1q=0.1e\n+00;" + Q,
        "k1q:=p->k1/2; p: quadrupole, k1=.2;" + Q,
    ],
)
def test_what_is_read_and_what_is_not(text):
    assert strengths(parse_madx(BEAM + text)) == pytest.approx([0.1], rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2^3^2", 64), ("2^2^0.5", 2), ("4^0.5^2", 4), ("-2^2", -4), ("2*3^2^2", 162), ("8/4/2", 1), ("10-3-2", 5),
     ("2*-3", -6), ("2*-3^2", -18), ("2^(1+1)^2", 16), ("-2^0.5^2", -2), ("floor(2.7)+frac(2.25)+log10(100)", 4.25),
     ("sinc(0)+erf(0)+cosh(0)", 2), ("2^-1^2", 0.25)],
)  # fmt: skip
def test_powers_are_taken_from_the_left(text, value):
    assert strengths(parse_madx(f"{BEAM} k1q={text};{Q}")) == pytest.approx([value], rel=1e-12)


PLACES = {
    "at deferred": ("d=1; t=10; q: quadrupole,l=1,k1=.1; s: sequence,l:=t; q,at:=d; endsequence; d=5; t=20;",
                    [4.5], 20),
    "at fixed": ("d=1; q: quadrupole,l=1,k1=.1; s: sequence,l=10; q,at=d; endsequence; d=5;", [0.5], 10),
    "inside": ("d=1; s: sequence,l=10; q: quadrupole,l=1,k1=.1,at:=d; endsequence; d=5;", [4.5], 10),
    "later": ("q: quadrupole,l=1; s: sequence,l:=t; q,at=2; endsequence; t=9;", [1.5], 9),
    "from": ("q: quadrupole,l=1; s: sequence,l=10; a: q,at=2; b: q,at=3,from=a; endsequence;", [1.5, 4.5], 10),
    "entry": ("q: quadrupole,l=1; s: sequence,l=10,refer=entry; a: q,at=2; b: q,at=3,from=a; endsequence;",
              [2, 5.5], 10),
    "from later": ("q: quadrupole,l=1; s: sequence,l=10; b: q,at=-3,from=a; a: q,at=7; endsequence;", [3.5, 6.5], 10),
    "twice": (
        "q: quadrupole,l=1; t: sequence,l=2; q,at=1; endsequence; s: sequence,l=10; t,at=2; t,at=6; endsequence;",
        [1.5, 5.5], 10,
    ),
    "exit": (
        "q: quadrupole,l=1; t: sequence,l=4,refer=exit; q,at=2; endsequence; "
        "s: sequence,l=10,refer=exit; t,at=5; endsequence;", [2], 10,
    ),
    "refpos": (
        "q: quadrupole,l=1; k: marker; t: sequence,l=4,refer=entry,refpos=k; q,at=1; k,at=3; endsequence; "
        "s: sequence,l=10,refer=entry; t,at=4; endsequence;", [2], 10,
    ),
    "overlaps": ("q: quadrupole,l=1; s: sequence,l=10; q,at=2; q,at=2.9999991; q,at=4; endsequence;",
                 [1.5, 2.5, 3.5], 10),
    "end": ("q: quadrupole,l=1; s: sequence,l=10; q,at=9.5000005; endsequence;", [9.0000005], 10.0000005),
    "slot_id": ("q: quadrupole,l=1; s: sequence,l=10; q,at=2,slot_id=5,mech_sep=.2; endsequence;", [1.5], 10),
    "length changed": ("q: quadrupole,l=.2; s: sequence,l=6; q,at=1; endsequence; q, l=.3;", [0.85], 6),
    "again": ("q: quadrupole,l=1; s: sequence,l=4; q,at=2; endsequence; s: sequence,l=6; q,at=3; endsequence;",
              [2.5], 6),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_places(case):
    text, starts, length = PLACES[case]
    found, whole = magnets(parse_madx(BEAM + text))
    # what overlaps by less than a micrometre is put behind, as MAD-X's drifts of nought
    np.testing.assert_allclose([start for start, _ in found], starts, rtol=0, atol=1e-6)
    assert whole == pytest.approx(length, abs=1e-9)


SEQ = "s: sequence,l=6; qf,at=1; endsequence;"
AGAIN = {
    "after": ("qf: quadrupole,l=.2,k1=.2;" + SEQ + "qf: quadrupole,l=.2,k1=.4;", [0.4]),
    "twice in it": ("qf: quadrupole,l=.2,k1=.2; s: sequence,l=6; qf,at=1; qf: qf,k1=.5,at=3; endsequence;", [0.2, 0.2]),
    "from itself": ("qf: quadrupole,l=.2,k1=.2; qf: qf,k1=.3;" + SEQ, [0.2]),
    "changed": ("qf: quadrupole,l=.2,k1=.2;" + SEQ + "qf, k1=.3;", [0.3]),
    "changed by arrow": ("qf: quadrupole,l=.2,k1=.2;" + SEQ + "qf->k1:=k; k=.3;", [0.3]),
    "child of a parent that changes": ("p: quadrupole,l=.2,k1=.2; qf: p; p, k1=.4;" + SEQ, [0.2]),
    "child of a parent made again": ("p: quadrupole,l=.2,k1=.2; qf: p; p: quadrupole,l=1,k1=.4;" + SEQ, [0.2]),
    "made again from another": ("p: quadrupole,l=.2,k1=.3; qf: quadrupole,l=1; " + SEQ + "qf: p;", [0.3]),
    "defined outside": ("p: quadrupole,l=1; a: quadrupole,l=1,k1=.3; s: sequence,l=4; a: p,at=1; endsequence;", [0.3]),
    "with dots": ("qf.10010: quadrupole,l=1; kqf=.2; qf.10010, k1 := kqf; s: line=(qf.10010);", [0.2]),
    "reversed": ("q: quadrupole,l=1,k1=.1; p: quadrupole,l=2,k1=.2; t: line=(q,p); s: line=(q,-t,2*(p,-q));",
                 [0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1]),
    "line later": ("q: quadrupole,l=1,k1=.1; s: line=(t,q); t: line=(q,q);", [0.1, 0.1, 0.1]),
}  # fmt: skip


@pytest.mark.parametrize("case", AGAIN)
def test_elements_that_come_again(case):
    text, wanted = AGAIN[case]
    assert strengths(parse_madx(BEAM + text)) == pytest.approx(wanted, rel=1e-12)


LAID = "q: quadrupole,l=1,k1=.1; s: sequence,l=4; q,at=2; endsequence;"
BEAMS = {
    "beam,particle=proton,energy=10;": 9.955884968,
    "beam,energy=10;": 9.999999987,
    "beam,particle=proton,pc=8.5; beam,energy=20;": 19.977979014,
    "beam,particle=proton,pc=8.5; beam,brho=50;": 14.989622900,
    "beam,particle=proton,pc=8.5; beam,gamma=20;": 18.741970282,
    "beam,particle=proton,pc=8.5; beam,beta=.9;": 1.937289417,
    "beam,particle=proton,pc=8.5,energy=20;": 19.977979014,
    "beam,particle=proton,brho=9,gamma=20,beta=.9;": 18.741970282,
    "beam,particle=proton,brho=9,pc=8.5;": 8.5,
    "beam,particle=proton,pc=8.5; beam,particle=electron;": 8.551628748,
    "beam,particle=pion,mass=.139,energy=8.5;": 8.498863395,
    "beam,particle=negmuon,energy=3;": 2.998138807,
    "beam,particle=\"antiproton\",brho=5;": 1.498962290,
    "beam,particle=ion,mass=193,charge=82,energy=2000;": 1990.665968966 / 82,
    "beam,pc=8.5; beam,sequence=s,pc=4.8;": 4.8,
    "beam,sequence=s,pc=4.8; beam,pc=8.5;": 4.8,
    "beam,pc=8.5; beam,sequence=r,pc=4.8;": 8.5,
    "beam,sequence=s,particle=proton,pc=4.8; beam,sequence=s,energy=10;": 9.955884968,
    "p0=1; beam,pc:=p0; p0=8.5;": 1.0,
    "beam,pc:=p0; p0=8.5;": 8.5,
    "beam,pc=8.5,bunched,-radiate,ex=1;": 8.5,
    "b1: beam,pc=8.5;": 8.5,
    "beam,pc=8.5; k=beam->brho; beam,pc=k;": 28.352948092,
}  # fmt: skip


@pytest.mark.parametrize("text", BEAMS)
def test_beams(text):
    assert float(parse_madx(text + LAID, "s").momentum) / GeV == pytest.approx(BEAMS[text], rel=2e-9)


NOTHING = """set, format="12.5g"; print, text="a"; printf, text="b"; assign, echo=x; system, "ls"; write, table=twiss;
match, sequence=s; constraint, betx=1; endmatch; savebeta, label=b; b0: beta0, betx=1; makethin, sequence=s; track;
start, x=1; observe; run, turns=3; endtrack; t1: twiss, betx=1; select, flag=twiss, column=name,s; plot, haxis=s; save;
show, q; value, q->k1, 2; option, -echo, warn; ptc_create_universe; ptc_end; survey; aperture; ibs; emit;
touschek; dumpsequ;"""


def test_statements_that_lay_nothing_out():
    assert strengths(parse_madx(BEAM + LAID + NOTHING)) == pytest.approx([0.1])


def test_classes_that_do_nothing_while_they_are_off():
    text = """sx: sextupole, l=.3, k2:=ks, aperture={0.05}; oc: octupole, l=.2, k3=0;
    mu: multipole, knl={0, 0}, lrad=.5;
    kh: hkicker, l=.4, kick=-0.0, tilt=1.57; ks: kicker, hkick=nobody, vkick:=no; rf: rfcavity, l=1, freq=200, harmon=4,
    lag=.5, no_cavity_totalpath; so: solenoid, l=.5; sr: srotation, angle:=0*on; un: octupole, k3=7; ks=0; on=0;
    tk: tkicker;
    hm: hmonitor, l=.1; vm: vmonitor, l=.1; de: dipedge, h=0, e1=.3;
    w: line=(sx, oc, mu, kh, ks, rf, so, sr, hm, vm, de, tk);"""
    line = parse_madx(BEAM + text)
    assert {type(one) for one in line.elements} == {Drift, Collimator, Roll}
    assert sum(float(one.length) for one in line.elements) / m == pytest.approx(2.6)
    assert [one.name for one in line.elements if isinstance(one, Collimator)] == ["sx"]


ON = {
    "x: sextupole, l=1, k2=.3; w: line=(x);": "sextupole 'x' with k2=0.3. What a sextupole does is not followed here. "
    "Set it to 0, or take the class as switched off with 'off: sextupole'.",
    "x: hkicker, kick:=k; k=1e-3; w: line=(x);": "hkicker 'x' with kick=k. What a hkicker does",
    "a=1; x: multipole, knl={0, (a)*(0.5)}; w: line=(x);": "multipole 'x' with knl={0.0, 0.5}",
    "x: multipole, knl:={0, ( a ) * ( 0.5 )}; a=1; w: line=(x);": "multipole 'x' with knl={0, ( a ) * ( 0.5 )}",
    "x: rfcavity, volt=2; w: line=(x);": "rfcavity 'x' with volt=2.0",
    "x: solenoid, l=1, ks=2; w: line=(x);": "solenoid 'x' with ks=2.0",
    "x: octupole, l=1, k3s=2; w: line=(x);": "octupole 'x' with k3s=2.0",
    "x: elseparator, l=1, ex=2; w: line=(x);": "elseparator 'x' with ex=2.0",
    "x: matrix, l=1, rm12=2; w: line=(x);": "matrix 'x' with rm12=2.0",
    "x: sbend, l=1, angle=.1, k2=.3; w: line=(x);": "sbend 'x' with k2=0.3. This property",
    "x: sbend, l=1, angle=.1, k0=.2; w: line=(x);": "k0=0.2. It bends by 0.2 and its reference orbit by 0.1",
    "x: quadrupole, l=1, k1=kk; kk=2; w: line=(x);": "the variable 'kk'. It has no value here",
    "x: quadrupole, l=1, k1:=kqq; kq=2; w: line=(x);": "the variable 'kqq'. It has no value here. Did you mean 'kq'?",
    "x: drift, l=1; s: sequence, l=3; a: x, at=1; a: x, at=2; endsequence;": "the element 'a' twice in a sequence",
    "match, sequence=s; vary, name=k; endmatch;": "It changes a variable, and matching is not run here.",
    "exec, m(1);": "Macros are not run here.",
    "while (k<3) { k=k+1; }": "This statement is not in the part",
    "title, don't;": "a quote ' that does not end",
    "x: multipole, knl={0, 1; w: line=(x);": "A brace is not closed",
    "beam->pc=9;": "Write 'beam, pc=...;'",
    "resbeam; d: drift, l=1; w: line=(d);": "got no momentum",
    "beam, particle=pion, energy=3; d: drift, l=1; w: line=(d);":
    "'energy' and no mass. energy wants the mass of the pion",
    "beam, particle=proton, energy=.5; d: drift, l=1; w: line=(d);": "energy=0.5. It is above the mass, 0.938272 GeV.",
    "d: drift, l=1; w: line=(d); use, sequence=w, range=a/b;": "The whole of it is read.",
    "d: drift, l=1; t: line=(d); s: sequence, l=4; t, at=2; endsequence;": "This statement is not in the part",
}  # fmt: skip


@pytest.mark.parametrize("text", ON)
def test_what_is_refused(text):
    with pytest.raises(InputError) as found:
        parse_madx(BEAM + text)
    assert ON[text] in str(found.value)


def test_no_beam_of_a_line():
    text = "beam, sequence=r, pc=4.8; d: drift, l=1; r: line=(d); s: line=(d);"
    assert float(parse_madx(text, "r").momentum) / GeV == pytest.approx(4.8)
    with pytest.raises(InputError, match=r"no beam of 's'\. The file has one of 'r' alone"):
        parse_madx(text, "s")


def test_taken_as_switched_off():
    text = (
        BEAM + "x: sextupole, l=1, k2=.3; b: sbend, l=1, angle=.1, k1=2; q: quadrupole, l=1, k1:=kk; w: line=(x, b, q);"
    )
    line = parse_madx(text, off="sextupole, sbend.k1, undefined")
    assert [type(one) for one in line.elements] == [Drift, Dipole, Quadrupole]
    assert strengths(line) == [0]
    with pytest.raises(InputError, match=r"off: got 'sextopole'.*Did you mean 'sextupole'"):
        parse_madx(text, off=["sextopole"])


TILTED = """q1: quadrupole,l=1,k1=.3,tilt=0.2; q2: quadrupole,l=.8,k1=-.25; d: drift,l=1.2;
b: sbend,l=2,angle=.2,e1=.05,e2=-.03,fint=.5,hgap=.04,tilt=pi/2;
r: rbend,l=1.5,angle=-.1,fint=.6,fintx=0.2,hgap=.03,tilt=-pi/2; h: sbend,l=1,angle=.15,tilt=.3;
sr: srotation,angle=.25; de: dipedge,h=.1,e1=.07,fint=.5,hgap=.03;
w: line=(d,q1,d,b,d,q2,r,d,h,sr,d,de,q1,d,b);"""

MATRIX = np.array(
    [
        [-1.20191288235743, 6.85272032928525, -1.76136848892669, -5.09703384771551],
        [0.313747360375718, -1.40253658591603, -0.0410764380332491, -0.950206688513607],
        [1.45181027628933, -14.9776130621624, 3.4291264459632, 14.4951553382866],
        [0.361553920784555, -2.72137390610067, 0.439326754836702, 1.72166688062996],
    ]
)


def test_tilts_and_fringes():
    """MAD-X's survey and transfer matrix of the same line: vertical bends, rolls, fringes of faces."""
    line = parse_madx(BEAM + TILTED)
    rolls, lenses = (sum(isinstance(one, kind) for one in line.elements) for kind in (Roll, ThinLens))
    assert (rolls, lenses) == (13, 7)
    entrance = line._entrance()
    exit_ = -np.asarray(entrance.axes).T @ np.asarray(entrance.point) / m
    np.testing.assert_allclose(exit_, [-0.7911173170484549, -3.6232542743083553, 15.851349742929441], rtol=1e-12)
    matrix = np.asarray(line.matrix())
    scale = np.array([m, 1, m, 1])
    np.testing.assert_allclose(matrix[:4, :4] / scale[:, None] * scale, MATRIX, rtol=0, atol=1e-12)
    bend = parse_madx(BEAM + "b: sbend, l=2, angle=.2, tilt=pi/2; w: line=(b);")
    down = np.asarray(bend._entrance().axes).T[:, 2]  # where the exit looks, in the frame of the entrance
    np.testing.assert_allclose(down, [0, -np.sin(0.2), np.cos(0.2)], atol=1e-15)


def test_arcs_and_chords():
    """The length of an rbend is its chord, but after 'option, rbarc=false'; the last word counts."""
    text = BEAM + "b: rbend, l=2, angle=1; s: sequence, l=10; b, at=5; endsequence;"
    for option, length in (("", 2.085829642933488), ("option, rbarc=false;", 2), ("option, -rbarc;", 2)):
        (found,) = (one for one in parse_madx(text + option).elements if isinstance(one, Dipole))
        assert float(found.length) / m == pytest.approx(length, rel=1e-12)


def test_apertures_in_braces():
    text = "a=.1; c: collimator, l=1, apertype=ellipse, aperture:={0.04, (a)*(0.5)}; w: line=(c, e);"
    text += 'e: drift, l=1, aperture={0.04, sqrt(0.05^2)}, apertype="ellipse";'
    first, second = parse_madx(BEAM + text).elements
    assert float(first.aperture.half_height) == float(second.aperture.half_height) == pytest.approx(0.05 * m)


@pytest.mark.parametrize(
    "content",
    [
        f"{BEAM} ! d\xe9flecteur\n{LAID}".encode("latin-1"),
        b"\xef\xbb\xbf" + f"{BEAM} // \xe9\n{LAID}".encode(),
        gzip.compress(f"{BEAM}{LAID}".encode()),
        f"{BEAM}! one\n{LAID}".encode("utf-16"),
        f"{BEAM}! one\r{LAID}".encode(),
        f"{BEAM}! one\r\n{LAID}".encode(),
    ],
    ids=["latin-1", "mark", "gzip", "utf-16", "cr", "crlf"],
)
def test_encodings(content, tmp_path):
    path = tmp_path / "line.seq"
    path.write_bytes(content)
    assert strengths(read_madx(path)) == pytest.approx([0.1])


def test_a_cut_gzip_and_a_binary_file(tmp_path):
    path = tmp_path / "line.seq.gz"
    path.write_bytes(gzip.compress(f"{BEAM}{LAID}".encode() * 50)[:-20])
    with pytest.raises(InputError, match="gzip file that is cut or damaged"):
        read_madx(path)
    path.write_bytes(b"root\x00\x00\x01")
    with pytest.raises(InputError, match="got no text"):
        read_madx(path)


def test_lines_are_counted():
    text = "a=1;\n! x\n\n/* y\n*/ b=2; c='\n';\nd=4;"
    assert [place for place, _ in statements(text, "f")] == ["f, line 1", "f, line 5", "f, line 5", "f, line 7"]
