using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.TypedParameters;

public sealed unsafe class TypedParameterArrayTests
{
    [Fact]
    public void Every_type_survives_the_way_through_native_memory()
    {
        TypedParameter[] parameters =
        [
            new IntParameter("int", int.MinValue),
            new UIntParameter("uint", uint.MaxValue),
            new LongParameter("long", long.MinValue),
            new ULongParameter("ulong", ulong.MaxValue),
            new DoubleParameter("double", -0.125),
            new BooleanParameter("no", false),
            new BooleanParameter("yes", true),
            new StringParameter("string", "grüße 🙂"),
            new StringParameter("empty", ""),
            new IntParameter(new string('n', TypedParameter.MaximumNameBytes), 1),
        ];

        using TypedParameterArray native = new(parameters);

        Assert.Equal(parameters, TypedParameterReader.Read(native.Pointer, native.Count));
    }

    [Fact]
    public void The_array_is_what_libvirt_itself_reads()
    {
        LibvirtLibrary.EnsureReady();
        using TypedParameterArray native = new([new ULongParameter("bandwidth", 7), new StringParameter("name", "x")]);
        ulong number = 0;
        byte* text = null;

        fixed (byte* bandwidth = "bandwidth"u8, name = "name"u8)
        {
            Assert.Equal(1, LibvirtNative.virTypedParamsGetULLong(native.Pointer, native.Count, bandwidth, &number));
            Assert.Equal(1, LibvirtNative.virTypedParamsGetString(native.Pointer, native.Count, name, &text));
        }

        Assert.Equal(7UL, number);
        Assert.Equal((byte)'x', *text);
    }

    [Fact]
    public void A_type_that_is_not_known_is_passed_through_when_read()
    {
        virTypedParameter native = default;
        native.field[0] = (byte)'f';
        native.type = 99;
        native.value.ul = 5;

        Assert.Equal([new UnknownParameter("f", 99, 5)], TypedParameterReader.Read(&native, 1));
    }

    [Fact]
    public void A_name_that_fills_its_field_without_a_zero_is_read_whole()
    {
        virTypedParameter native = default;
        new Span<byte>(native.field, 80).Fill((byte)'a');
        native.type = TypedParameterTypes.Int;

        Assert.Equal(80, TypedParameterReader.Read(&native, 1)[0].Name.Length);
    }

    [Fact]
    public void A_null_string_is_read_as_empty()
    {
        virTypedParameter native = default;
        native.type = TypedParameterTypes.String;

        Assert.Equal([new StringParameter("", "")], TypedParameterReader.Read(&native, 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void A_name_that_libvirt_could_not_hold_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new TypedParameterArray([new IntParameter(name, 1)]).Dispose());

    [Fact]
    public void A_value_that_can_not_be_written_is_refused()
    {
        Assert.Throws<ArgumentException>(
            () => new TypedParameterArray([new StringParameter("a", "x"), new UnknownParameter("b", 99, 1)]).Dispose());
        Assert.Throws<ArgumentException>(
            () => new TypedParameterArray([new StringParameter("a", "x\0y")]).Dispose());
    }

    [Fact]
    public void An_empty_array_has_no_parameters()
    {
        using TypedParameterArray native = new([]);

        Assert.Equal(0, native.Count);
        Assert.Empty(TypedParameterReader.Read(native.Pointer, native.Count));
        Assert.Empty(TypedParameterReader.Read(null, -1));
    }
}
