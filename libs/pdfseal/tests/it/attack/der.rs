//! A CMS as a tree that can be edited.

use sealpki::{PrivateKey, element_len};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Leaf(u8, Vec<u8>),
    Branch(u8, Vec<Node>),
}

impl Node {
    pub(crate) fn parse(der: &[u8]) -> Self {
        let (node, rest) = parse_one(der);
        assert!(rest.is_empty());
        node
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let (tag, contents) = match self {
            Self::Leaf(tag, contents) => (*tag, contents.clone()),
            Self::Branch(tag, children) => (*tag, children.iter().flat_map(Self::encode).collect()),
        };
        let mut der = vec![tag];
        let length = contents.len();
        match length {
            0..0x80 => der.push(u8::try_from(length).unwrap()),
            0x80..0x100 => der.extend([0x81, u8::try_from(length).unwrap()]),
            _ => {
                der.push(0x82);
                der.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
        }
        der.extend(contents);
        der
    }

    pub(crate) fn children(&mut self) -> &mut Vec<Self> {
        match self {
            Self::Branch(_, children) => children,
            Self::Leaf(tag, _) => panic!("element {tag:#04x} has no children"),
        }
    }

    pub(crate) fn at(&mut self, path: &[usize]) -> &mut Self {
        path.iter().fold(self, |node, &index| &mut node.children()[index])
    }
}

fn parse_one(der: &[u8]) -> (Node, &[u8]) {
    let whole = element_len(der).unwrap();
    let header = match der[1] {
        0..0x80 => 2,
        long => 2 + usize::from(long & 0x7f),
    };
    let mut contents = &der[header..whole];
    if der[0] & 0x20 == 0 {
        return (Node::Leaf(der[0], contents.to_vec()), &der[whole..]);
    }
    let mut children = Vec::new();
    while !contents.is_empty() {
        let (child, rest) = parse_one(contents);
        children.push(child);
        contents = rest;
    }
    (Node::Branch(der[0], children), &der[whole..])
}

/// The places of a CMS (RFC 5652, 5.1 and 5.3) by name.
pub(crate) struct Cms {
    pub(crate) root: Node,
}

impl Cms {
    pub(crate) fn of(der: &[u8]) -> Self {
        Self {
            root: Node::parse(der),
        }
    }

    pub(crate) fn signed_data(&mut self) -> &mut Node {
        self.root.at(&[1, 0])
    }

    pub(crate) fn certificates(&mut self) -> &mut Vec<Node> {
        self.signed_data().at(&[3]).children()
    }

    pub(crate) fn signers(&mut self) -> &mut Vec<Node> {
        self.signed_data().at(&[4]).children()
    }

    pub(crate) fn signer(&mut self) -> &mut Node {
        &mut self.signers()[0]
    }

    pub(crate) fn attributes(&mut self) -> &mut Vec<Node> {
        self.signer().at(&[3]).children()
    }

    /// The attribute with this object identifier (contents octets).
    pub(crate) fn attribute(&mut self, oid: &[u8]) -> &mut Node {
        let wanted = Node::Leaf(6, oid.to_vec());
        let place = self
            .attributes()
            .iter_mut()
            .position(|attribute| *attribute.at(&[0]) == wanted);
        &mut self.attributes()[place.unwrap()]
    }

    pub(crate) fn drop_attribute(&mut self, oid: &[u8]) {
        let wanted = Node::Leaf(6, oid.to_vec());
        self.attributes()
            .retain_mut(|attribute| *attribute.at(&[0]) != wanted);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.root.encode()
    }

    /// Signs the attributes again, sorted as DER wants them.
    pub(crate) fn signed_again(mut self, key: &PrivateKey) -> Vec<u8> {
        self.attributes().sort_by_key(Node::encode);
        let set = Node::Branch(0x31, self.attributes().clone()).encode();
        let signature = key.sign(&set).unwrap();
        *self.signer().at(&[5]) = Node::Leaf(4, signature);
        self.root.encode()
    }
}
