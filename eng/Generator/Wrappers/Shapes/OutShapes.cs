using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Wrappers.Shapes;

/// <summary>Parameters through which libvirt returns one value.</summary>
internal static class OutShapes
{
    public static void Out(Shape shape)
    {
        if (shape.Parameter.Type is { Base: "char", Pointers: 2 })
            Text(shape);
        else if (shape.Parameter.Type.Pointers == 0)
            Struct(shape);
        else
            Number(shape);
    }

    public static void UuidText(Shape shape)
    {
        shape.Before($"byte* {shape.Local} = stackalloc byte[LibvirtConstants.VIR_UUID_STRING_BUFLEN];");
        shape.Pass(shape.Local);
        shape.Return("string", $"NativeText.Copy({shape.Local})", "The UUID as 36 characters in lower case.");
    }

    /// <summary>A value that only helps to read another one.</summary>
    public static void Local(Shape shape)
    {
        shape.Before($"{shape.PointedType} {shape.Local} = default;");
        shape.Pass($"&{shape.Local}");
    }

    private static void Text(Shape shape)
    {
        shape.Before($"byte* {shape.Local} = null;");
        shape.Pass($"&{shape.Local}");
        shape.Return("string", $"NativeText.Take({shape.Local})", "The text.");
    }

    private static void Struct(Shape shape)
    {
        StructSymbol symbol = shape.Struct(shape.Parameter.Type.Base);
        string copy = StructCopies.TypeOf(symbol);
        shape.Before($"{symbol.Name} {shape.Local} = default;");
        shape.Pass($"&{shape.Local}");
        shape.Return(copy, $"{copy}.Copy(&{shape.Local})", $"A copy of the filled <c>{symbol.Name}</c>.");
    }

    private static void Number(Shape shape)
    {
        Local(shape);
        string[] words = shape.Argument.Split(' ');
        (string type, string value) = (words[0], shape.PointedType) switch
        {
            ("enum", _) => (shape.PublicEnum(words[1]), $"({shape.PublicEnum(words[1])}){shape.Local}"),
            ("bool", _) => ("bool", $"{shape.Local} != 0"),
            (_, "nuint") => ("ulong", shape.Local),
            (_, { } native) => (native, shape.Local),
        };
        shape.Return(type, value, $"The value that libvirt stored in <c>{shape.Parameter.Name}</c>.");
    }
}
