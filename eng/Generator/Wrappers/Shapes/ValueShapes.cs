using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers.Shapes;

/// <summary>Parameters that pass one value in.</summary>
internal static class ValueShapes
{
    public static void Handle(Shape shape)
    {
        shape.Public(Naming.Handle(shape.Struct(shape.Parameter.Type.Base)));
        shape.Before($"using HandleUse {shape.Local} = new({shape.Name});");
        shape.Pass($"{shape.Local}.Pointer");
        shape.Plan.HasHandle = true;
    }

    public static void Text(Shape shape)
    {
        shape.Public("string");
        shape.Before($"using Utf8Argument {shape.Local} = new({shape.Name}, stackalloc byte[Utf8Argument.StackSize]);");
        shape.Pass($"{shape.Local}.Pointer");
    }

    /// <summary>A handle or a text that may be null.</summary>
    public static void Optional(Shape shape)
    {
        if (shape.Parameter.Type.Base == "char")
        {
            shape.Public("string?");
            shape.Before(
                $"using Utf8Argument {shape.Local} = "
                + $"Utf8Argument.Optional({shape.Name}, stackalloc byte[Utf8Argument.StackSize]);");
        }
        else
        {
            shape.Public(Naming.Handle(shape.Struct(shape.Parameter.Type.Base)) + "?");
            shape.Before($"using HandleUse {shape.Local} = HandleUse.Optional({shape.Name});");
        }

        shape.Pass($"{shape.Local}.Pointer");
    }

    public static void Number(Shape shape)
    {
        bool wide = shape.NativeType == "nuint";
        shape.Public(wide ? "ulong" : shape.NativeType);
        shape.Pass(wide ? $"checked((nuint){shape.Name})" : shape.Name);
    }

    public static void Enum(Shape shape)
    {
        shape.Public(shape.PublicEnum(shape.Argument));
        // Two flags parameters are 'unsigned long'; every enum fits in its low half.
        shape.Pass($"({shape.NativeType}){shape.Name}");
    }

    public static void Flags(Shape shape)
    {
        if (shape.Argument == "0")
            Number(shape);
        else
            Enum(shape);
    }

    public static void Bool(Shape shape)
    {
        shape.Public("bool");
        shape.Pass($"{shape.Name} ? 1{(shape.NativeType == "uint" ? "u" : "")} : 0");
    }

    /// <summary>The size of a struct, which tells libvirt how much of it the caller knows.</summary>
    public static void SizeOf(Shape shape) => shape.Pass($"({shape.NativeType})sizeof({shape.Argument})");

    /// <summary>A pointer or a callback that the caller made: the wrapper checks the call and nothing else.</summary>
    public static void Raw(Shape shape)
    {
        shape.Public("nint");
        shape.Pass($"({shape.NativeType}){shape.Name}");
    }

    public static void Uuid(Shape shape)
    {
        shape.Before($"byte* {shape.Local} = stackalloc byte[LibvirtConstants.VIR_UUID_BUFLEN];");
        string bytes = $"Span<byte>({shape.Local}, LibvirtConstants.VIR_UUID_BUFLEN)";
        if (shape.Parameter.Type.PointsToConst)
        {
            shape.Public("Guid");
            // libvirt's bytes are in the order of the text, which is big endian for a Guid.
            shape.Before($"_ = {shape.Name}.TryWriteBytes(new {bytes}, bigEndian: true, out _);");
        }
        else
        {
            shape.Return("Guid", $"new Guid(new ReadOnly{bytes}, bigEndian: true)", "The UUID.");
        }

        shape.Pass(shape.Local);
    }
}
